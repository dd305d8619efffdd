// Why: the chain of causes of the event that is looked at, and what the time between them was spent on.
import { element } from './dom.js';
import { duration, moment } from './format.js';

// Shorter steps are shown on demand only.
const BRIEF = 1000; // µs

export function causes(place, run) {
  let all = false;
  let shown = null;
  const content = element('div', { 'aria-live': 'polite' });
  place.append(element('h2', {}, 'Why'), content);
  const draw = () => content.replaceChildren(...(shown ? told(run, shown, all, () => {
    all = !all;
    draw();
  }) : [element('p', { class: 'hint' }, 'Choose an event, in the table or in the timeline, to see what caused it.')]));
  run.onLook((now, row) => {
    shown = row;
    draw();
  });
}

function told(run, row, all, toggle) {
  const who = row.node === null ? '' : `${run.name(row.node)} `;
  const meaning = run.data.meanings[row.channel];
  const path = row.event === undefined ? null : run.causes(row.event);
  return [
    element('p', {}, element('strong', {}, `${moment(row.at)} s ${who}${row.channel}`), meaning ? ` – ${meaning}` : null),
    row.message ? element('p', {}, element('code', {}, row.message)) : null,
    ...(path?.length ? chain(run, path, all, toggle) : [element('p', { class: 'hint' }, reason(run, row, path))]),
  ].filter(Boolean);
}

// Why there is no chain.
function reason(run, row, path) {
  if (row.step) return 'The scenario says so.';
  if (path) return 'Nothing but the beginning of the run caused it.';
  const { told } = run.data.causes;
  return row.event < told ? 'This page has the causes of what sentinels say, not of this.'
    : `This page has the causes of the first ${told} lines only.`;
}

function chain(run, path, all, toggle) {
  const brief = path.slice(0, -1).filter((segment) => segment.took < BRIEF && !isStageEnd(path, segment));
  const shown = all ? path : path.filter((segment) => !brief.includes(segment));
  const total = path.at(-1).to.at - path[0].from.at;
  return [
    element('p', { class: 'quiet' }, `${duration(total)} after its first cause: ${stages(path)}`),
    element('ol', { class: 'causes' }, fact(run, path[0].from, null),
      shown.map((segment) => fact(run, segment.to, segment, segment === path.at(-1)))),
    brief.length > 0 ? element('button', { type: 'button', onclick: toggle, 'aria-expanded': String(all) },
      all ? 'Only what took time' : `All ${path.length} steps`) : null,
  ];
}

const isStageEnd = (path, segment) => path[path.indexOf(segment) + 1]?.stage !== segment.stage;

// `2.015 s of detection, 107 ms of agreement`
function stages(path) {
  const sums = new Map();
  for (const { stage, took } of path) sums.set(stage, (sums.get(stage) ?? 0) + took);
  return [...sums].filter(([, took]) => took > 0).map(([stage, took]) => `${duration(took)} of ${stage}`).join(', ');
}

function fact(run, { at, text }, segment, last = false) {
  return element('li', { class: last ? 'last' : null },
    segment && segment.took > 0 ? element('span', { class: 'wait' }, `+${duration(segment.took)}${segment.wait ? ` ${segment.wait}` : ''}`, element('br')) : null,
    element('button', { type: 'button', class: 'moment', title: 'Look at this moment', onclick: () => run.look(at, run.chosen) }, `${moment(at)} s`),
    ` ${run.named(text)}`);
}
