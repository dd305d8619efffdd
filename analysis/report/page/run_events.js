// The table of events, with search. Only the rows in sight exist, so that ten thousand of them are no burden.
import { element } from './dom.js';
import { moment, plural } from './format.js';
import { firstAfter } from './run_model.js';

const ROW = 26; // px, as in style.css

export function events(place, run) {
  let shown = run.rows;
  let current = -1; // place in `shown` of the row that is looked at
  const found = element('span', { class: 'hint', role: 'status' });
  const search = element('input', {
    type: 'search', size: 30, placeholder: 'S1 +sdown …', 'aria-label': 'Search in the events', oninput: filter,
  });
  const steps = element('input', { type: 'checkbox', checked: true, onchange: filter });
  const body = element('div', { role: 'presentation', style: 'position:relative' });
  const grid = element('div', {
    class: 'events', role: 'grid', tabindex: 0, 'aria-label': 'Events', 'aria-colcount': 4, onscroll: draw, onkeydown: pressed,
  }, line(null, 'head', ['seconds', 'node', 'event', 'about']), body);

  place.append(
    element('h2', {}, 'Events'),
    element('div', { class: 'bar' }, search, element('label', {}, steps, 'with the steps'), found),
    grid,
    element('p', { class: 'hint' }, 'All words that are searched for must stand in a line. ↑ ↓ PgUp PgDn Home End go through the events.'));

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = run.rows.filter((row) => (steps.checked || !row.step) && words.every((word) => text(row).includes(word)));
    found.textContent = words.length ? `${shown.length} of ${plural(run.rows.length, 'line')}` : plural(shown.length, 'line');
    place_of(run.now, run.chosen);
    draw();
  }

  const text = (row) => (row.text ??= `${moment(row.at)} ${name(row)} ${row.channel} ${row.about} ${row.message}`.toLowerCase());
  const name = (row) => (row.node === null ? 'step' : run.name(row.node));

  function line(index, kind, cells) {
    const classes = ['at', 'who', 'what', 'about'];
    return element('div', {
      class: `row ${kind}`, role: 'row', 'aria-rowindex': (index ?? -1) + 2,
      ...(index === null ? {} : { id: `event-${index}`, style: `top:${index * ROW}px`, 'aria-selected': String(index === current), onclick: () => choose(index) }),
    }, cells.map((cell, i) => element('span', { class: classes[i], role: index === null ? 'columnheader' : 'gridcell', title: i === 3 ? cell : null }, cell)));
  }

  function draw() {
    const first = Math.max(0, Math.floor(grid.scrollTop / ROW) - 5);
    const rows = shown.slice(first, first + Math.ceil(grid.clientHeight / ROW) + 10);
    body.style.height = `${shown.length * ROW}px`;
    body.replaceChildren(...rows.map((row, i) =>
      line(first + i, row.step ? 'step' : '', [moment(row.at), name(row), row.channel, row.about])));
    grid.setAttribute('aria-rowcount', shown.length + 1);
    if (current >= first && current < first + rows.length) grid.setAttribute('aria-activedescendant', `event-${current}`);
    else grid.removeAttribute('aria-activedescendant');
  }

  function choose(index) {
    if (shown.length === 0) return;
    const row = shown[Math.min(shown.length - 1, Math.max(0, index))];
    run.look(row.at, row);
  }

  function pressed(event) {
    const page = Math.floor(grid.clientHeight / ROW) - 2;
    const steps_of = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -shown.length, End: shown.length };
    const by = steps_of[event.key];
    if (by === undefined) return;
    event.preventDefault();
    choose(current + by);
  }

  // The row that is looked at, or the last one before that moment.
  function place_of(now, row) {
    const exact = row ? shown.indexOf(row) : -1;
    current = exact >= 0 ? exact : firstAfter(shown, now, (each) => each.at) - 1;
  }

  run.onLook((now, row) => {
    place_of(now, row);
    const top = Math.max(0, current) * ROW;
    const room = grid.clientHeight - 2 * ROW;
    if (top < grid.scrollTop || top > grid.scrollTop + room) grid.scrollTop = top - room / 2;
    draw();
  });
  filter();
}
