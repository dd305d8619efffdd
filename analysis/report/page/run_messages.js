// The space-time diagram: a lane a node, and each message a line from where and when it was sent to where and when it
// arrived.
import { chart, colour, escaped, look } from './charts.js';
import { element, table } from './dom.js';
import { duration, moment, plural } from './format.js';
import { firstAfter } from './run_model.js';
import { cursorLine } from './run_timeline.js';

// Kinds of messages (sim/message_kind.h) by what they are for. `shown`: from the beginning.
const GROUPS = [
  { name: 'agreement and votes', kinds: ['is-master-down', 'is-master-down-reply', 'vote-request', 'vote'], look: 'election', width: 2.2, shown: true },
  { name: 'REPLICAOF', kinds: ['replicaof', 'replicaof-reply'], look: 'order', width: 2.6, dash: [9, 3], shown: true },
  { name: 'hello', kinds: ['hello'], look: 'hello', width: 1.5, dash: [2, 3], shown: true },
  { name: 'INFO', kinds: ['info', 'info-reply'], look: 'info', width: 1.3, dash: [6, 3], shown: true },
  { name: 'PING', kinds: ['ping', 'ping-reply'], look: 'routine', width: 1, dash: [1, 3] },
  { name: 'replication', kinds: ['psync', 'snapshot', 'replication', 'replication-ack'], look: 'master', width: 1.3, dash: [12, 3, 2, 3] },
  { name: 'clients', kinds: ['client-request', 'client-reply', 'event'], look: 'quiet', width: 1, dash: [4, 2, 1, 2] },
  { name: 'others', kinds: [], look: 'routine', width: 1 },
];
const LANE = 52;
const WINDOW = 30e3; // that is shown first
const MOST_ROWS = 200; // of the table

export function messages(place, run) {
  const { kinds, rows } = run.data.messages;
  const groups = GROUPS.map((group) => ({ ...group, count: 0 }));
  const groupOf = kinds.map((kind) => groups.find((group) => group.kinds.includes(kind)) ?? groups.at(-1));
  const all = rows.map(([sent, arrived, from, to, kind, words]) => {
    groupOf[kind].count += 1;
    return { sent, arrived, from, to, kind: kinds[kind], words, group: groupOf[kind] };
  });
  const known = groups.filter(({ count }) => count > 0);
  const shown = new Set(known.filter((group) => group.shown));
  const talkers = [...run.ofKind('sentinel'), ...run.ofKind('data'), ...run.ofKind('client'), ...run.ofKind('watcher')]
    .filter((node) => all.some(({ from, to }) => from === node || to === node));
  const nodes = new Set(talkers.filter((node) => ['sentinel', 'data'].includes(run.nodes[node].kind)));
  let window = [run.begin, run.begin + WINDOW];

  const canvas = element('div', { class: 'chart' });
  const list = element('div', { class: 'scroll' });
  const details = element('details', { ontoggle: fillList }, element('summary', {}, 'The messages in sight as a table'), list);
  const box = (set, item, ...label) => element('label', {}, element('input', {
    type: 'checkbox', checked: set.has(item), onchange: () => {
      if (!set.delete(item)) set.add(item);
      filter();
    },
  }), ...label);
  place.append(
    element('h2', {}, 'Messages'),
    element('p', { class: 'hint' }, 'Time goes to the right: a line begins where a message was sent, and its arrow is where it arrived. ✕: it never did. '
      + 'The view follows the moment that is looked at; zoom with the wheel or the slider.'
      + leftOut(run.data.messages)),
    element('fieldset', {}, element('legend', {}, 'Kinds'), known.map((group) => box(shown, group,
      element('span', { class: `swatch ${group.dash ? (group.dash[0] < 3 ? 'dotted' : 'dashed') : ''}`, style: `border-color:var(--${group.look})` }), `${group.name} (${group.count})`))),
    element('fieldset', {}, element('legend', {}, 'Nodes'), talkers.map((node) => box(nodes, node, run.name(node)))),
    element('div', { class: 'bar' },
      [['3 ms', 3e3], ['30 ms', 30e3], ['300 ms', 300e3], ['3 s', 3e6]].map(([text, width]) =>
        element('button', { type: 'button', onclick: () => show(run.now - width / 2, run.now + width / 2) }, text)),
      element('span', { class: 'hint' }, 'around the moment')),
    canvas, details);

  let items = [];
  let lanes = [];
  function choose() {
    lanes = talkers.filter((node) => nodes.has(node));
    items = all.filter(({ group, from, to }) => shown.has(group) && nodes.has(from) && nodes.has(to))
      .map((message) => ({ value: [message.sent, message.arrived ?? message.sent, lanes.indexOf(message.from), lanes.indexOf(message.to)], message }));
  }
  choose();

  const drawn = chart(canvas, 'Space-time diagram of the messages; the table below it tells the same', () => ({
    grid: { left: 60, right: 20, top: 8, bottom: 75 },
    tooltip: { ...look.tooltip(), formatter: ({ data }) => data?.message && tip(run, data.message) },
    xAxis: {
      type: 'value', min: run.begin, max: run.end, ...look.axis(), splitLine: { show: false },
      axisLabel: { color: colour('quiet'), hideOverlap: true, formatter: (at) => `${moment(at, window[1] - window[0] < 2e6 ? 3 : 1)} s` },
    },
    yAxis: {
      type: 'category', inverse: true, data: lanes.map((node) => run.name(node)), ...look.axis(), axisTick: { show: false },
      axisLabel: { color: colour('text'), fontWeight: 600 }, splitLine: { show: false },
    },
    dataZoom: [
      { type: 'inside', filterMode: 'none', startValue: window[0], endValue: window[1], minValueSpan: 500 },
      { ...look.slider(), filterMode: 'none', bottom: 8, startValue: window[0], endValue: window[1], minValueSpan: 500, labelFormatter: (at) => `${moment(at)} s` },
    ],
    series: [
      { type: 'custom', id: 'lanes', silent: true, data: lanes.map((_, y) => [0, y]), renderItem: drawLane },
      { type: 'custom', id: 'messages', encode: { x: [0, 1], y: [2, 3] }, data: items, renderItem: drawMessage(items), clip: true, cursor: 'pointer' },
      { type: 'scatter', id: 'cursor', data: [], markLine: cursorLine(run.now) },
    ],
  }));
  filter();

  function filter() {
    choose();
    canvas.style.height = `${Math.max(3, lanes.length) * LANE + 100}px`;
    drawn.resize();
    drawn.redraw();
    fillList();
  }
  function show(from, to) {
    window = [Math.max(run.begin, from), Math.min(run.end, to)];
    drawn.dispatchAction({ type: 'dataZoom', startValue: window[0], endValue: window[1] });
  }
  function fillList() {
    if (!details.open) return;
    const inSight = items.filter(({ value: [sent, arrived] }) => arrived >= window[0] && sent <= window[1]).map(({ message }) => message);
    list.replaceChildren(table(inSight.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${inSight.length}` : plural(inSight.length, 'message'),
      ['sent', 'from', 'to', 'what', 'about', 'arrived after'],
      inSight.slice(0, MOST_ROWS).map((each) => [`${moment(each.sent, 6)} s`, run.name(each.from), run.name(each.to), each.kind, each.words,
        each.arrived === null ? 'never' : duration(each.arrived - each.sent)])));
  }

  drawn.on('datazoom', () => {
    const { startValue, endValue } = drawn.getOption().dataZoom[0];
    window = [startValue, endValue];
    fillList();
  });
  drawn.on('click', ({ data }) => data?.message && run.look(data.message.arrived ?? data.message.sent));
  run.onLook((now) => {
    const margin = (window[1] - window[0]) / 10;
    if (now < window[0] + margin || now > window[1] - margin) {
      const half = (window[1] - window[0]) / 2;
      show(now - half, now + half);
    }
    drawn.setOption({ series: [{ id: 'cursor', markLine: cursorLine(now) }] });
  });
}

function leftOut({ rows, omitted, near }) {
  if (omitted === 0) return '';
  const some = ` ${omitted} of the ${plural(omitted + rows.length, 'message')} were left out of this page`;
  return near === null ? `${some}: the last ones.` : `${some}: those farthest in time from what sentinels said. All that were sent less than ${duration(near)} from it are here.`;
}

function tip(run, { sent, arrived, from, to, kind, words }) {
  return `<b>${escaped(kind)}</b> ${escaped(run.name(from))} → ${escaped(run.name(to))}${words ? `<br>${escaped(words)}` : ''}<br>sent ${moment(sent, 6)} s<br>`
    + (arrived === null ? '<b>never arrived</b>' : `arrived ${moment(arrived, 6)} s, ${duration(arrived - sent)} later`);
}

const drawLane = ({ coordSys }, api) => {
  const [, y] = api.coord([0, api.value(1)]);
  return { type: 'line', shape: { x1: coordSys.x, y1: y, x2: coordSys.x + coordSys.width, y2: y }, style: { stroke: colour('quiet'), lineWidth: 1 } };
};

// Where a message is that is lost on the way: half of it is drawn.
const LOST = 0.5;

const drawMessage = (items) => ({ dataIndex, coordSys }, api) => {
  const { message, value } = items[dataIndex];
  const lost = message.arrived === null;
  const [x1, y1] = api.coord([value[0], value[2]]);
  const [ahead, target] = api.coord([value[1], value[3]]);
  const x2 = lost ? x1 + 8 : ahead;
  const y2 = lost ? y1 + LOST * (target - y1) : target;
  if (x2 < coordSys.x || x1 > coordSys.x + coordSys.width) return undefined;
  const style = message.group;
  const stroke = colour(style.look);
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const head = [[x2, y2], [x2 - 8 * dx - 3.5 * dy, y2 - 8 * dy + 3.5 * dx], [x2 - 8 * dx + 3.5 * dy, y2 - 8 * dy - 3.5 * dx]];
  const text = Math.abs(x2 - x1) > 45 || lost ? message.kind : '';
  return {
    type: 'group',
    children: [
      { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth: style.width, lineDash: style.dash ?? null } },
      lost ? { type: 'text', x: x2, y: y2, style: { text: '✕', fill: colour('fault'), fontSize: 14, fontWeight: 700, align: 'center', verticalAlign: 'middle' } }
        : { type: 'polygon', shape: { points: head }, style: { fill: stroke } },
      text && !lost ? {
        type: 'text', x: (x1 + x2) / 2, y: (y1 + y2) / 2, rotation: -Math.atan(dy / dx),
        style: { text, fill: colour('text'), fontSize: 11, align: 'center', verticalAlign: 'bottom' },
      } : null,
    ].filter(Boolean),
  };
};
