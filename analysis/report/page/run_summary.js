// What was done, what came of it, and how long that took: in words.
import { element } from './dom.js';
import { duration, moment, plural } from './format.js';

export function summary(place, run) {
  const { data } = run;
  place.append(
    element('h1', {}, headline(run)),
    element('p', {}, data.about),
    tiles(run),
    element('div', { class: 'facts' }, done(data), outcome(run), costs(run)),
  );
}

// Replacements of masters: of each the first sentinel that told it, and the last.
export function replacements(run) {
  const all = [];
  for (const row of run.switches) {
    const [master, old, to] = row.about.split(' ');
    const current = all.findLast((each) => each.master === master);
    if (current?.to === to) {
      current.last = row.at;
      current.tellers += 1;
      continue;
    }
    const led = run.rows.findLast((each) =>
      each.at <= row.at && each.channel === '+elected-leader' && each.message.startsWith(`master ${master} `));
    all.push({
      master, from: old, to, first: row.at, last: row.at, tellers: 1,
      leader: led && run.name(led.node),
    });
  }
  return all;
}

function headline(run) {
  const all = replacements(run);
  if (all.length === 0) {
    const tried = run.rows.some((row) => row.channel === '+try-failover');
    return tried ? 'A failover was tried, and no master was replaced' : 'No master was replaced';
  }
  const [{ master, from, to }] = all;
  const took = run.phaseText('fault -> first +switch-master');
  const more = all.length > 1 ? ` – the first of ${all.length} replacements` : '';
  return `${from} was replaced by ${to} as the master of ${master}${took ? `, ${took} after the fault` : ''}${more}`;
}

function tiles(run) {
  const known = [
    ['fault -> first +sdown', 'until a sentinel holds it for down'],
    ['fault -> first +odown', 'until a quorum agrees'],
    ['fault -> first +switch-master', 'until the first sentinel names the new master'],
    ['fault -> last +switch-master', 'until all of them do'],
  ];
  const shown = known.map(([name, words]) => [phaseOr(run, name), words]).filter(([time]) => time);
  if (shown.length === 0) return null;
  return element('ul', { class: 'tiles', 'aria-label': 'From the fault on' },
    shown.map(([time, words]) => element('li', {}, element('strong', {}, time), element('span', { class: 'quiet' }, words))));
}

function phaseOr(run, name) {
  if (run.phaseText(name)) return run.phaseText(name);
  const odown = run.rows.find((row) => row.channel === '+odown' && row.at >= run.fault);
  return name === 'fault -> first +odown' && odown ? duration(odown.at - run.fault) : undefined;
}

function done(data) {
  const words = (step) => [
    element('strong', {}, step.at === null ? `on ${step.on}` : `${moment(step.at)} s`), ` ${step.text}`,
    step.why ? element('span', { class: 'quiet' }, ` – ${step.why}`) : null,
  ];
  const many = data.steps.length - 12;
  return element('div', {}, element('h3', {}, 'What was done'),
    data.steps.length === 0 ? element('p', {}, 'Nothing.') : element('ol', {}, data.steps.slice(0, 12).map((step) => element('li', {}, words(step)))),
    many > 0 ? element('p', { class: 'quiet' }, `… and ${plural(many, 'more step')}; all are among the events.`) : null);
}

function outcome(run) {
  const { data } = run;
  const met = data.broken.length === 0;
  const sentinels = run.ofKind('sentinel').length;
  return element('div', {}, element('h3', {}, 'What came of it'),
    element('ul', {}, replacements(run).map(({ master, from, to, first, last, tellers, leader }) => element('li', {},
      `${moment(first)} s: ${from} → ${to} for ${master}${leader ? `, led by ${leader}` : ''}; ` +
      `${tellers} of ${plural(sentinels, 'sentinel')} said so${tellers > 1 ? `, the last ${duration(last - first)} later` : ''}.`)),
    element('li', {}, met
      ? ['All that the scenario expects came. ', element('span', { class: 'badge good' }, '✓ as expected')]
      : ['Not as the scenario expects: ', element('span', { class: 'badge bad' }, `✗ ${plural(data.broken.length, 'expectation')} failed`),
        element('ul', {}, data.broken.map(({ expected, came }) => element('li', {}, `expected ${expected}, but ${came}`)))])),
    element('p', { class: 'hint' }, `${data.profile}, seed ${data.seed}. The same run again: `,
      element('code', {}, `sentinel-sim run ${data.scenario}${data.case ? ` --case '${data.case}'` : ''} --seed ${data.seed}`)));
}

function costs(run) {
  const { clients, two_masters: two } = run.data.ledger;
  if (clients.length === 0 && two.length === 0) return null;
  const length = (windows) => windows.reduce((sum, [from, to]) => sum + to - from, 0);
  const words = clients.map((client) => `${client.client}: ${client.acknowledged} of ${plural(client.writes, 'write')} acknowledged, ` +
    `${client.lost} of these lost${client.unavailable.length ? `; unavailable for ${duration(length(client.unavailable))}` : ''}.`);
  if (two.length > 0) words.push(`Two masters would take writes for ${duration(length(two))}.`);
  return element('div', {}, element('h3', {}, 'What it cost'),
    element('ul', {}, words.map((word) => element('li', {}, word))));
}
