// Why: the chain of causes of the event that was clicked.
import { element } from './dom.js';
import { moment } from './format.js';

export function causes(place, run) {
  const content = element('div', { 'aria-live': 'polite' });
  place.append(element('h2', {}, 'Why'), content);
  run.onLook((now, row) => content.replaceChildren(...(row ? told(run, row) : [
    element('p', { class: 'hint' }, 'Choose an event, in the table or in the timeline, to see what caused it.')])));
}

function told(run, row) {
  const who = row.node === null ? '' : `${run.name(row.node)} `;
  const meaning = run.data.meanings[row.channel];
  return [
    element('p', {}, element('strong', {}, `${moment(row.at)} s ${who}${row.channel}`), meaning ? ` – ${meaning}` : null),
    row.message ? element('p', {}, element('code', {}, row.message)) : null,
  ].filter(Boolean);
}
