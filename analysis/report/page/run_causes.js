// Why: the chain of causes of the event that was clicked.
import { element } from './dom.js';
import { duration, moment } from './format.js';

export function causes(place, run) {
  const heading = element('h2', {}, 'Why');
  const content = element('div', { 'aria-live': 'polite' });
  place.append(heading, content);
  run.onLook((now, row) => {
    content.replaceChildren(...(row ? told(run, row) : [element('p', { class: 'hint' }, 'Choose an event, in the table or in the timeline, to see what caused it.')]));
  });
}

function told(run, row) {
  return [element('p', {}, element('strong', {}, `${moment(row.at)} s ${row.node === null ? '' : run.name(row.node)} ${row.channel}`), ` ${row.message}`),
    element('p', { class: 'quiet' }, run.data.meanings?.[row.channel] ?? '')];
}
