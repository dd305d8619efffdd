// What is known of a run, in the form in which the parts of the page ask for it.
// Words of +switch-master, which names addresses.
const SWITCH = '+switch-master';

export class RunModel {
  constructor(data) {
    this.data = data;
    this.nodes = data.nodes;
    this.begin = Math.max(0, data.from);
    this.end = data.until;
    this.watchers = [];
    this.now = this.begin;
    this.chosen = null; // the row that was clicked, if the moment is that of a row
    this.masters = [...new Set(data.state.map((track) => track.master).filter(Boolean))];
    this.tracks = new Map(data.state.map((track) => [key(track.node, track.fact, track.master, track.of), track.changes]));
    this.named = namer(data.nodes); // a text with the names of nodes instead of their addresses and ids
    this.rows = rowsOf(data, this.named);
    this.switches = this.rows.filter((row) => row.channel === SWITCH);
    this.fault = data.failovers.find(({ fault }) => fault !== null)?.fault ?? data.steps.find(({ at }) => at !== null)?.at;
  }

  name(node) { return this.nodes[node].name; }
  ofKind(kind) { return this.nodes.map((_, i) => i).filter((i) => this.nodes[i].kind === kind); }

  /** Changes of a fact: [[time, value], …]. */
  changes(node, fact, master, of) { return this.tracks.get(key(node, fact, master, of)) ?? []; }

  /** The value at a moment, and since when. */
  at(moment, node, fact, master, of) {
    const changes = this.changes(node, fact, master, of);
    const next = firstAfter(changes, moment, ([time]) => time);
    return next === 0 ? { value: '', since: this.begin } : { value: changes[next - 1][1], since: changes[next - 1][0] };
  }

  /** The critical path to an event: [{from, to, stage, wait, took}, …], facts being {at, node, text}; null if none is known. */
  causes(event) {
    const { paths, segments, facts } = this.data.causes;
    const fact = (place) => ({ at: facts[place][0], node: facts[place][1], text: facts[place][2] });
    return paths[event]?.map((place) => {
      const [from, to, stage, wait] = segments[place];
      return { from: fact(from), to: fact(to), stage, wait, took: facts[to][0] - facts[from][0] };
    }) ?? null;
  }

  /** `moved(moment, row)` is called when another moment is looked at. */
  onLook(moved) { this.watchers.push(moved); }

  /** All parts look at this moment; `row` if it is that of an event. */
  look(moment, row = null) {
    this.now = Math.min(this.end, Math.max(this.begin, Math.round(moment)));
    this.chosen = row;
    this.watchers.forEach((moved) => moved(this.now, row));
  }

  /** Where the page begins: at the first replacement of a master, or at the first event behind the fault. */
  firstLook() {
    const row = this.switches[0] ?? this.rows.find((each) => each.event !== undefined && each.at >= (this.fault ?? this.begin));
    return [row?.at ?? this.begin, row];
  }

  /** From shortly before the fault until the cluster is quiet again after the last replacement. */
  focus() {
    const first = this.fault ?? this.switches[0]?.at;
    if (first === undefined) return [this.begin, this.end];
    const isPart = ({ channel, message }) => ['+failover-end', SWITCH, '+odown'].includes(channel)
      || channel.startsWith('-failover-abort') || (channel === '+sdown' && message.startsWith('master '));
    const lasts = this.rows.filter((row) => isPart(row) && row.at >= first && row.at <= first + 60e6);
    const last = Math.max(first + 2e6, ...lasts.map((row) => row.at));
    const margin = Math.max(0.5e6, 0.15 * (last - first));
    return [Math.max(this.begin, first - margin), Math.min(this.end, last + margin)];
  }
}

const key = (node, fact, master = '', of = '') => `${node} ${fact} ${master} ${of}`;

/** The place of the first item behind `moment`; items are in order of time. */
export function firstAfter(items, moment, time) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time(items[middle]) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

// What was said and what was done, in order of time: {at, node, channel, message, about, event? or step?}. `about` is
// the message with the names of nodes instead of their addresses and ids.
function rowsOf(data, named) {
  const said = data.events.map(([at, node, channel, message], event) => ({ at, node, channel, message, about: named(message), event }));
  const done = data.steps.filter((step) => step.at !== null)
    .map((step) => ({ at: step.at, node: null, channel: step.text, message: step.why ?? '', about: step.why ?? '', step }));
  return [...done, ...said].sort((a, b) => a.at - b.at);
}

// `slave 10.0.0.2:6379 10.0.0.2 6379 @ …` says three times whom it means.
function namer(nodes) {
  const names = new Map();
  for (const { name, address, id } of nodes) {
    if (id) names.set(id, name);
    if (!address) continue;
    const [, host, port] = address.match(/^\[?(.*?)\]?:(\d+)$/);
    names.set(`${host} ${port}`, name);
    names.set(`${host}:${port}`, name);
    names.set(address, name);
  }
  const known = [...names.keys()].sort((a, b) => b.length - a.length);
  const quoted = known.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(?<![^\\s])(?:${quoted.join('|')})(?![^\\s])`, 'g');
  return (message) => (known.length === 0 ? message
    : message.replace(pattern, (word) => names.get(word)).replace(/(^| )(\S+) \2(?= |$)/g, '$1$2'));
}
