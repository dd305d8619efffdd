// All cells with all measures, sorted as one likes.
import { choice, element } from './dom.js';
import { percent } from './format.js';

export function cells(place, sweep) {
  let order = { column: null, down: false };
  let statistic = 'median';
  const holder = element('div', { class: 'scroll' });
  const texts = ['median', ...new Set(sweep.measures.flatMap(({ name }) => (sweep.isFigure(name) ? [] : sweep.statistics(name).map(([, text]) => text))))];
  place.append(element('h2', {}, 'Cells'),
    element('div', { class: 'bar' }, choice('Times and counts: the', [...new Set(texts)].map((text) => [text, text]), statistic, (text) => { statistic = text; draw(); }),
      element('span', { class: 'hint' }, 'A heading sorts. The box shows the distribution of a cell above.')),
    holder);

  const picked = (name) => (sweep.statistics(name).find(([, text]) => text === statistic) ?? sweep.statistics(name)[0])[0];
  const columns = [
    ...sweep.axes.map(({ name }, i) => ({ name, value: (cell) => cell.settings[i], text: String, number: sweep.axes[i].values.every((value) => typeof value === 'number') })),
    { name: 'runs', value: (cell) => cell.runs, text: String, number: true },
    { name: 'outcomes', value: (cell) => cell.outcomes[0]?.share ?? 0, text: (_, cell) => outcomes(cell) },
    ...sweep.measures.map(({ name }) => ({
      name, number: true, value: (cell) => sweep.value(cell, name, picked(name))[0], text: (value) => sweep.text(value, name),
      title: (cell) => interval(sweep, name, sweep.value(cell, name, picked(name))),
    })),
  ];

  function draw() {
    const rows = sweep.cells.map((cell, index) => ({ cell, index }));
    if (order.column) rows.sort((a, b) => (order.down ? -1 : 1) * compare(order.column.value(a.cell), order.column.value(b.cell)));
    holder.replaceChildren(element('table', {},
      element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'curve'), columns.map((column) => element('th', {
        scope: 'col', class: column.number ? 'number' : null,
        'aria-sort': order.column === column ? (order.down ? 'descending' : 'ascending') : 'none',
      }, element('button', { type: 'button', onclick: () => sort(column) }, column.name + (order.column === column ? (order.down ? ' ▼' : ' ▲') : '')))))),
      element('tbody', {}, rows.map(({ cell, index }) => element('tr', {},
        element('td', {}, element('input', { type: 'checkbox', 'aria-label': `Curve of ${sweep.label(cell)}`, checked: sweep.chosen.has(index), onchange: () => sweep.toggle(index) })),
        columns.map((column) => element('td', { class: column.number ? 'number' : column.name, title: column.title?.(cell) }, column.text(column.value(cell), cell))))))));
  }
  function sort(column) {
    order = { column, down: order.column === column && !order.down };
    const index = columns.indexOf(column);
    draw();
    holder.querySelectorAll('th button')[index].focus();
  }
  sweep.onChoice(() => holder.querySelectorAll('tbody input').forEach((box) => {
    const index = sweep.cells.findIndex((cell) => `Curve of ${sweep.label(cell)}` === box.getAttribute('aria-label'));
    box.checked = sweep.chosen.has(index);
  }));
  draw();
}

const outcomes = (cell) => cell.outcomes.map(({ outcome, reason, share }) =>
  `${outcome}${reason ? ` (${reason})` : ''} ${percent(share)}`).join(', ');

const interval = (sweep, name, [, low, high]) =>
  (low === null || high === null ? null : `95 % confidence: ${sweep.text(low, name)} … ${sweep.text(high, name)}`);

function compare(a, b) {
  if (a === null || b === null) return (a === null) - (b === null);
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });
}
