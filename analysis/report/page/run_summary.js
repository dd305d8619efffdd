// What was done, what came of it, and how long that took: in words.
import { element } from './dom.js';
import { duration, moment, plural } from './format.js';

export function summary(place, run) {
  const { data } = run;
  place.append(...[
    element('h1', {}, headline(run)),
    element('p', {}, data.about),
    tiles(run),
    element('div', { class: 'facts' }, done(data), outcome(run), costs(run), findings(run)),
  ].filter(Boolean));
}

// The first failover that mattered, in a sentence.
function headline(run) {
  const { failovers } = run.data;
  const first = failovers.find(({ outcome }) => outcome !== 'not-needed');
  if (!first) return 'No failover was needed, and none took place';
  const more = failovers.length > 1 ? ` – the first of ${failovers.length} failovers` : '';
  const from = run.name(first.from);
  if (first.to === null) {
    const why = first.reason ? ` (${first.reason})` : '';
    const what = { 'no-attempt': 'no failover was tried', aborted: 'its failover was aborted', unfinished: 'its failover had not ended when the run did' };
    return `${from} should have been replaced as the master of ${first.master}, but ${what[first.outcome] ?? first.outcome}${why}${more}`;
  }
  const replaced = `${from} was replaced by ${run.name(first.to)} as the master of ${first.master}`;
  if (first.outcome === 'false-failover') return `${replaced}, though it was fit to serve${more}`;
  const since = first.forced ? 'after this was asked for' : 'after the fault';
  return `${replaced}${first.fault === null || first.switched === null ? '' : `, ${duration(first.switched - first.fault)} ${since}`}${more}`;
}

function tiles(run) {
  const first = run.data.failovers.find(({ fault, outcome }) => fault !== null && outcome !== 'not-needed');
  if (!first) return null;
  const last = tellers(run, first).at(-1)?.at ?? null;
  const times = [
    [first.sdown, 'until a sentinel holds it for down'],
    [first.odown, 'until a quorum agrees'],
    [first.promoted, 'until another one is promoted'],
    [first.switched, 'until the first sentinel names the new master'],
    [last === first.switched ? null : last, 'until the last one does'],
  ].filter(([at]) => at !== null);
  return element('ul', { class: 'tiles', 'aria-label': 'From the fault on' },
    times.map(([at, words]) => element('li', {}, element('strong', {}, duration(at - first.fault)), element('span', { class: 'quiet' }, words))));
}

// Of each sentinel the +switch-master that tells of this failover.
function tellers(run, failover) {
  if (failover.switched === null) return [];
  const words = `${failover.master} ${run.name(failover.from)} ${run.name(failover.to)}`;
  const next = run.data.failovers.find(({ master, begin }) => master === failover.master && begin > failover.begin);
  const found = run.switches.filter((row) => row.about === words && row.at >= failover.begin && row.at < (next?.switched ?? Infinity));
  return found.filter((row, i) => found.findIndex(({ node }) => node === row.node) === i);
}

function done(data) {
  const most = 12;
  const words = (step) => [
    element('strong', {}, step.at === null ? `on ${step.on}` : `${moment(step.at)} s`), ` ${step.text}`,
    step.why ? element('span', { class: 'quiet' }, ` – ${step.why}`) : null,
  ];
  const more = data.steps.length - most;
  return element('div', {}, element('h3', {}, 'What was done'),
    data.steps.length === 0 ? element('p', {}, 'Nothing.') : element('ol', {}, data.steps.slice(0, most).map((step) => element('li', {}, words(step)))),
    more > 0 ? element('p', { class: 'quiet' }, `… and ${plural(more, 'more step')}; all are among the events.`) : null);
}

function outcome(run) {
  const { data } = run;
  return element('div', {}, element('h3', {}, 'What came of it'),
    element('ul', {}, data.failovers.map((failover) => element('li', {}, failoverText(run, failover))), expectations(data)),
    element('p', { class: 'hint' }, `${data.profile}, seed ${data.seed}. The same run again: `,
      element('code', {}, `sentinel-sim run ${data.scenario}${data.case ? ` --case '${data.case}'` : ''} --seed ${data.seed}`)));
}

function failoverText(run, failover) {
  const { master, from, to, outcome: end, reason, begin, switched } = failover;
  const ended = `${end.replaceAll('-', ' ')}${reason ? ` (${reason.replaceAll('-', ' ')})` : ''}`;
  if (to === null) return `${moment(begin)} s: ${run.name(from)} for ${master}: ${ended}.`;
  const told = tellers(run, failover);
  const leader = run.rows.findLast((row) => row.at <= switched && row.channel === '+elected-leader' && row.message.startsWith(`master ${master} `));
  return `${moment(switched)} s: ${run.name(from)} → ${run.name(to)} for ${master}${leader ? `, led by ${run.name(leader.node)}` : ''}: ${ended}. `
    + `${told.length} of ${plural(run.ofKind('sentinel').length, 'sentinel')} said so.`;
}

function expectations({ broken }) {
  if (broken.length === 0) return element('li', {}, 'All that the scenario expects came. ', element('span', { class: 'badge good' }, '✓ as expected'));
  return element('li', {}, 'Not as the scenario expects: ', element('span', { class: 'badge bad' }, `✗ ${plural(broken.length, 'expectation')} failed`),
    element('ul', {}, broken.map(({ expected, came }) => element('li', {}, `expected ${expected}, but ${came}`))));
}

function costs(run) {
  const { clients, two_masters: two } = run.data.ledger;
  if (clients.length === 0 && two.length === 0) return null;
  const length = (windows) => windows.reduce((sum, [from, to]) => sum + to - from, 0);
  const words = clients.map((client) => `${client.client}: ${client.acknowledged} of ${plural(client.writes, 'write')} acknowledged, `
    + `${client.lost} of these lost${client.unavailable.length ? `; unavailable for ${duration(length(client.unavailable))}` : ''}.`);
  if (two.length > 0) words.push(`Two masters would take writes for ${duration(length(two))}.`);
  return element('div', {}, element('h3', {}, 'What it cost'), element('ul', {}, words.map((word) => element('li', {}, word))));
}

// What kept failovers from being done, or made them late.
function findings(run) {
  if (run.data.findings.length === 0) return null;
  return element('div', {}, element('h3', {}, 'What stood in the way'),
    element('ul', {}, run.data.findings.map(({ at, what, details, times }) => element('li', {}, `${moment(at)} s: ${run.named(what)}`, times > 1 ? ` (${times} times)` : null,
      details.length ? element('details', {}, element('summary', {}, 'in detail'), element('ul', {}, details.map((line) => element('li', {}, run.named(line))))) : null))));
}
