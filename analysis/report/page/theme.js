// Light or dark: as the system has it, until the button says otherwise.
import { redrawAll } from './charts.js';

const dark = matchMedia('(prefers-color-scheme: dark)');
let chosen = null;

function apply() {
  const theme = chosen ?? (dark.matches ? 'dark' : 'light');
  document.documentElement.dataset.theme = theme;
  document.getElementById('theme').setAttribute('aria-pressed', String(theme === 'dark'));
  redrawAll();
}

export function followTheme() {
  dark.addEventListener('change', apply);
  document.getElementById('theme').addEventListener('click', () => {
    chosen = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    apply();
  });
  apply();
}
