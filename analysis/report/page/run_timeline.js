// The timeline: for each node what it was at each moment, with the steps, the phases of the failovers and the events.
import { chart, clipped, colour, escaped, hatch, look } from './charts.js';
import { choice, element } from './dom.js';
import { duration, moment } from './format.js';
import { barsOf, failoverBars } from './run_lanes.js';

// How bars are told apart, also without colours: by hatching and borders, and each says what it is where it has room.
const LOOKS = {
  phase: { fill: 'phase', text: 'text' },
  aborted: { fill: 'phase', text: 'bad', hatched: true },
  master: { fill: 'master', text: 'on-master' },
  replica: { fill: 'replica', text: 'text' },
  unlinked: { fill: 'replica', text: 'text', hatched: true },
  down: { fill: 'card', text: 'quiet', dashed: true },
  halted: { fill: 'halted', text: 'text', hatched: true },
  watching: { fill: 'watching', text: 'text' },
  sDown: { fill: 's-down', text: 'text' },
  oDown: { fill: 'o-down', text: 'text', thick: true },
  leads: { fill: 'leads', text: 'page', thick: true },
};
const LANE = 34;

export function timeline(place, run) {
  let master = run.masters[0];
  const nodes = [...run.ofKind('data'), ...run.ofKind('sentinel'), ...run.ofKind('client')];
  const lanes = ['steps', 'failover', ...nodes];
  const canvas = element('div', { class: 'chart', style: `height:${lanes.length * LANE + 110}px` });
  const cursor = element('input', {
    type: 'range', min: run.begin, max: run.end, step: 1000, 'aria-label': 'The moment that is looked at',
    oninput: () => run.look(Number(cursor.value)),
  });
  const shown = element('output', { class: 'mono' });

  place.append(
    element('h2', {}, 'Timeline'),
    element('p', { class: 'hint' }, 'Click anywhere to look at that moment. The wheel zooms, dragging moves; the slider below the chart shows the whole run.'),
    element('div', { class: 'bar' },
      element('button', { type: 'button', onclick: () => zoom(run.focus()) }, 'The failover'),
      element('button', { type: 'button', onclick: () => zoom([run.begin, run.end]) }, 'The whole run'),
      run.masters.length > 1 ? choice('As seen for', run.masters.map((name) => [name, name]), master, (chosen) => {
        master = chosen;
        drawn.redraw();
      }) : null,
      element('span', {}, 'Moment'), cursor, shown),
    canvas);

  const barItems = () => lanes.flatMap((lane, y) => {
    if (lane === 'steps') return [];
    const own = lane === 'failover' ? (master ? failoverBars(run, master) : []) : barsOf(run, lane, master);
    return own.map((bar) => ({ value: [bar.from, bar.to, y], bar, lane }));
  });
  const stepItems = () => run.rows.filter((row) => row.step).map((row) => ({ value: [row.at, 0], row }));
  const eventItems = () => run.rows.filter((row) => row.event !== undefined)
    .map((row) => ({ value: [row.at, lanes.indexOf(row.node)], row }));

  const drawn = chart(canvas, 'Timeline of the states of all nodes; the table of events and the states below tell the same', () => {
    const bars = barItems();
    const steps = stepItems();
    return {
      grid: { left: 90, right: 20, top: 8, bottom: 75 },
      tooltip: { ...look.tooltip(), formatter: ({ data }) => tip(run, data) },
      xAxis: {
        type: 'value', min: run.begin, max: run.end, ...look.axis(),
        axisLabel: { color: colour('quiet'), formatter: (at) => `${moment(at, 1)} s` },
      },
      yAxis: {
        type: 'category', inverse: true, ...look.axis(), axisTick: { show: false }, splitLine: { show: true, lineStyle: { color: colour('grid') } },
        data: lanes.map((lane) => (typeof lane === 'string' ? lane : run.name(lane))),
        axisLabel: { color: colour('text'), fontWeight: 600 },
      },
      dataZoom: [
        { type: 'inside', filterMode: 'none', startValue: run.focus()[0], endValue: run.focus()[1] },
        { ...look.slider(), filterMode: 'none', bottom: 8, startValue: run.focus()[0], endValue: run.focus()[1], labelFormatter: (at) => `${moment(at, 1)} s` },
      ],
      series: [
        { type: 'custom', id: 'bars', encode: { x: [0, 1], y: 2 }, data: bars, renderItem: drawBar(bars), clip: true },
        { type: 'custom', id: 'steps', encode: { x: 0, y: 1 }, data: steps, renderItem: drawStep(steps), z: 3, clip: true },
        {
          type: 'scatter', id: 'events', data: eventItems(), symbol: 'diamond', symbolSize: 8, symbolOffset: [0, 11], cursor: 'pointer',
          itemStyle: { color: colour('text'), borderColor: colour('card'), borderWidth: 1 }, z: 4,
        },
        { type: 'scatter', id: 'cursor', data: [], markLine: cursorLine(run.now) },
      ],
    };
  });

  function zoom([startValue, endValue]) {
    drawn.dispatchAction({ type: 'dataZoom', startValue, endValue });
  }
  const timeAt = ({ offsetX }) => drawn.convertFromPixel({ xAxisIndex: 0 }, offsetX);
  drawn.on('click', ({ data, event }) => (data.row ? run.look(data.row.at, data.row) : run.look(timeAt(event))));
  drawn.getZr().on('click', (event) => {
    if (!event.target && drawn.containPixel('grid', [event.offsetX, event.offsetY])) run.look(timeAt(event));
  });
  run.onLook((now) => {
    cursor.value = now;
    cursor.setAttribute('aria-valuetext', `${moment(now)} seconds`);
    shown.textContent = `${moment(now)} s`;
    drawn.setOption({ series: [{ id: 'cursor', markLine: cursorLine(now) }] });
  });
}

/** The moment that is looked at, as a line of a series that has nothing else. */
export const cursorLine = (now) => ({
  symbol: 'none', silent: true, animation: false,
  label: { show: true, position: 'end', distance: 0, formatter: '', color: colour('focus') },
  lineStyle: { color: colour('focus'), width: 2, type: 'solid' },
  data: [{ xAxis: now }],
});

function tip(run, { bar, row, lane }) {
  if (row) {
    const who = row.node === null ? '' : `${run.name(row.node)} `;
    return `<b>${moment(row.at)} s</b> ${escaped(who)}${escaped(row.channel)}<br>${escaped(row.about)}`;
  }
  if (!bar) return '';
  const of = typeof lane === 'string' ? '' : `${escaped(run.name(lane))}: `;
  return `${of}<b>${escaped(bar.text)}</b><br>${moment(bar.from)} … ${moment(bar.to)} s<br>${duration(bar.to - bar.from)}`;
}

const drawBar = (items) => (params, api) => {
  const { bar } = items[params.dataIndex];
  const [x, y] = api.coord([bar.from, api.value(2)]);
  const [right] = api.coord([bar.to, api.value(2)]);
  const height = 22;
  const rect = clipped({ x, y: y - height / 2, width: Math.max(right - x, 1), height }, params.coordSys);
  if (!rect) return undefined;
  const style = LOOKS[bar.look];
  const room = rect.width - 8;
  const text = room > 18 ? bar.text : '';
  return {
    type: 'rect',
    shape: { ...rect, r: 3 },
    style: {
      fill: colour(style.fill),
      stroke: colour(style.thick ? 'text' : 'quiet'),
      lineWidth: style.thick ? 1.5 : 0.7,
      lineDash: style.dashed ? [4, 3] : null,
      decal: style.hatched ? hatch() : null,
    },
    textContent: text && {
      type: 'text', style: { text, fill: colour(style.text), fontSize: 12, width: room, overflow: 'truncate', ellipsis: '…' },
    },
    textConfig: text && { position: 'insideLeft', distance: 4 },
  };
};

// A mark, and as many of the words as there is room before the next step.
const drawStep = (items) => (params, api) => {
  const { row } = items[params.dataIndex];
  const [x, y] = api.coord([row.at, 0]);
  const { coordSys } = params;
  if (x < coordSys.x - 1 || x > coordSys.x + coordSys.width) return undefined;
  const next = items[params.dataIndex + 1];
  const end = next ? Math.min(api.coord([next.row.at, 0])[0], coordSys.x + coordSys.width) : coordSys.x + coordSys.width;
  const room = end - x - 14;
  return {
    type: 'group',
    children: [
      { type: 'line', shape: { x1: x, y1: y, x2: x, y2: coordSys.y + coordSys.height }, style: { stroke: colour('fault'), lineDash: [3, 3], lineWidth: 1 } },
      { type: 'polygon', shape: { points: [[x - 6, y - 7], [x + 6, y - 7], [x, y + 6]] }, style: { fill: colour('fault') } },
      room > 20 ? {
        type: 'text', x: x + 9, y, style: {
          text: row.channel, fill: colour('text'), fontSize: 12, fontStyle: 'italic', verticalAlign: 'middle', width: room, overflow: 'truncate', ellipsis: '…',
        },
      } : null,
    ].filter(Boolean),
  };
};
