// The page: of a run or of a sweep, as the data says.
import { followTheme } from './theme.js';
import { showRun } from './run.js';
import { showSweep } from './sweep.js';

const data = JSON.parse(document.getElementById('data').textContent);
const main = document.getElementById('main');

const licences = document.getElementById('licences');
document.getElementById('licences-open').addEventListener('click', () => licences.showModal());
document.getElementById('file').textContent = [data.scenario, data.case].filter(Boolean).join(' – ');
document.title = `${data.scenario} – sentinel-sim`;

followTheme();
main.replaceChildren();
if (data['sentinel-sim'] === 'sweep') showSweep(main, data);
else showRun(main, data);
