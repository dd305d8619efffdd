// What a node was, as bars of a lane: {from, to, text, look}. `look` names an entry of LOOKS in run_timeline.js.

/** Of a data node, sentinel (for one of the masters that it watches) or client. */
export function barsOf(run, node, master) {
  switch (run.nodes[node].kind) {
    case 'data': return joined(run, node, ['process', 'role', 'master', 'link'], undefined, dataBar);
    case 'sentinel': return joined(run, node, ['process', 'tilt', 'opinion', 'failover', 'master'], master, sentinelBar);
    default: return clientBars(run, node);
  }
}

const HALTS = { down: ['down', 'down'], paused: ['paused', 'halted'], busy: ['busy', 'halted'], loading: ['loading', 'halted'] };
const halted = (process) => HALTS[process] && { text: HALTS[process][0], look: HALTS[process][1] };

function dataBar({ process, role, master, link }) {
  const halt = halted(process);
  if (halt) return halt;
  if (role === 'master') return { text: 'master', look: 'master' };
  return link === 'up' ? { text: `replica of ${master}`, look: 'replica' }
    : { text: `replica of ${master}, not connected`, look: 'unlinked' };
}

function sentinelBar({ process, tilt, opinion, failover, master }) {
  const halt = halted(process);
  if (halt) return halt;
  if (tilt) return { text: 'TILT', look: 'halted' };
  if (failover === 'wait_start') return { text: 'candidate', look: 'leads' };
  if (failover) return { text: `leads: ${failover}`, look: 'leads' };
  if (opinion) return { text: opinion, look: opinion === 'o_down' ? 'oDown' : 'sDown' };
  return { text: `master: ${master}`, look: 'watching' };
}

// Bars that change whenever one of the facts does.
function joined(run, node, facts, master, bar) {
  const ofMaster = (fact) => (['opinion', 'failover', 'master'].includes(fact) ? master : undefined);
  const changes = facts.map((fact) => run.changes(node, fact, ofMaster(fact)));
  const times = [...new Set(changes.flat().map(([at]) => at))].sort((a, b) => a - b);
  const bars = [];
  const now = {};
  const next = facts.map(() => 0);
  times.forEach((from, i) => {
    facts.forEach((fact, f) => {
      while (next[f] < changes[f].length && changes[f][next[f]][0] <= from) now[fact] = changes[f][next[f]++][1];
    });
    const to = times[i + 1] ?? run.end;
    const made = bar(now);
    const last = bars.at(-1);
    if (last && last.text === made.text && last.look === made.look) last.to = to;
    else bars.push({ from, to, ...made });
  });
  return withoutBlinks(bars);
}

// A process that waits for its disk for a moment goes on being what it was.
const BLINK = 250e3;

function withoutBlinks(bars) {
  const kept = [];
  for (const bar of bars) {
    const last = kept.at(-1);
    if (last && bar.text === 'busy' && bar.to - bar.from < BLINK) last.to = bar.to;
    else if (last && last.text === bar.text && last.look === bar.look) last.to = bar.to;
    else kept.push({ ...bar });
  }
  return kept;
}

function clientBars(run, node) {
  const books = run.data.ledger.clients.find(({ client }) => client === run.name(node));
  return (books?.unavailable ?? []).map(([from, to]) => ({ from, to, text: 'unavailable', look: 'down' }));
}

// What ends each part of a failover, in order.
const MARKS = [
  ['+sdown', 'detection'], ['+odown', 'agreement'], ['+elected-leader', 'election'], ['+selected-slave', 'selection'],
  ['+promoted-slave', 'promotion'], ['+switch-master', 'propagation'], ['+failover-end', 'reconfiguration'],
];

/** The failovers of a master as consecutive parts: {from, to, text, look}. */
export function failoverBars(run, master) {
  const own = run.data.failovers.filter((failover) => failover.master === master);
  return own.flatMap((failover, i) => {
    const begin = failover.fault ?? failover.begin;
    const end = own[i + 1] ? own[i + 1].fault ?? own[i + 1].begin : run.end;
    return partsOf(run.rows.filter((row) => row.at >= begin && row.at <= end && tellsOf(row, master)), begin);
  });
}

function partsOf(rows, begin) {
  const bars = [];
  let from = begin;
  let stage = 0;
  for (const row of rows) {
    const aborted = row.channel.startsWith('-failover-abort-');
    const reached = MARKS.findIndex(([channel], i) => i >= stage && channel === row.channel);
    if (!aborted && reached < 0) continue;
    bars.push({
      from, to: row.at, look: aborted ? 'aborted' : 'phase',
      text: aborted ? `aborted: ${row.channel.slice('-failover-abort-'.length)}` : MARKS[reached][1],
    });
    [from, stage] = [row.at, aborted ? 0 : reached + 1];
  }
  return bars;
}

// Events of the master itself, and of the replica that takes its place.
const tellsOf = (row, master) => row.event !== undefined && (row.message.startsWith(`master ${master} `)
  || row.message.startsWith(`${master} `) || (row.message.includes(` @ ${master} `) && row.channel !== '+sdown'));
