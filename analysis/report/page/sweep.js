// The page of a sweep: its parts, and the choices that they share.
import { element } from './dom.js';
import { plural } from './format.js';
import { SweepModel } from './sweep_model.js';
import { heatMap } from './sweep_heatmap.js';
import { curves } from './sweep_curves.js';
import { pareto } from './sweep_pareto.js';
import { cells } from './sweep_table.js';

export function showSweep(main, data) {
  const sweep = new SweepModel(data);
  const place = () => element('section', { class: 'card' });
  const [top, map, lines, front, list] = [place(), place(), place(), place(), place()];
  main.append(top, map, element('div', { class: 'halves' }, lines, front), list);
  introduction(top, sweep);
  heatMap(map, sweep);
  curves(lines, sweep);
  pareto(front, sweep);
  cells(list, sweep);
}

function introduction(place, { data, axes }) {
  const runs = data.cells.reduce((sum, cell) => sum + cell.runs, 0);
  const names = axes.map(({ name }) => name);
  const last = names.pop();
  place.append(
    element('h1', {}, `How ${data.scenario} depends on ${names.length ? `${names.join(', ')} and ` : ''}${last}`),
    data.about ? element('p', {}, data.about) : null,
    element('ul', { class: 'tiles' }, [[data.cells.length, 'cells'], [data.seeds, 'seeds a cell, at most'], [runs, 'runs']]
      .map(([count, words]) => element('li', {}, element('strong', {}, count.toLocaleString('en')), element('span', { class: 'quiet' }, words)))),
    element('h3', {}, 'Settings'),
    element('ul', {}, axes.map(({ name, values }) => element('li', {}, element('code', {}, name),
      data.sample ? `: ${plural(values.length, 'value')} drawn between ${values[0]} and ${values.at(-1)}` : `: ${values.join(', ')}`))),
    element('p', { class: 'hint' }, 'Seed n is the same chance in each cell, so that cells differ by their settings only.',
      ...(data.arguments ? [' The same sweep again: ', element('code', {}, command(data.arguments))] : [])));
}

// As a shell takes it.
const command = (words) => ['sentinel-sim sweep', ...words.map((word) => (/^[\w./=,:+%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))].join(' ');
