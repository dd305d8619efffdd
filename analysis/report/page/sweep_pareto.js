// Two measures against each other: which cells no other cell beats in both.
import { axisFor, chart, colour, escaped, look } from './charts.js';
import { choice, element } from './dom.js';
import { plural } from './format.js';
import { front } from './sweep_model.js';

export function pareto(place, sweep) {
  let x = sweep.first('time-to-detection', 'time-to-failover');
  let y = sweep.first('false-failovers');
  const canvas = element('div', { class: 'chart', style: 'height:420px' });
  const note = element('p', { class: 'hint', role: 'status' });
  const names = sweep.measures.map(({ name }) => [name, name]);
  const redraw = () => drawn.redraw();
  place.append(element('h2', {}, 'Trade-off'), element('div', { class: 'bar' },
    choice('Across', names, x, (name) => { x = name; redraw(); }), choice('up', names, y, (name) => { y = name; redraw(); })), canvas, note);

  const drawn = chart(canvas, 'Two measures of all cells against each other, with the Pareto front', () => {
    const points = sweep.cells.map((cell, index) => ({ cell, index, x: sweep.value(cell, x)[0], y: sweep.value(cell, y)[0] }))
      .filter((point) => point.x !== null && point.y !== null);
    const best = front(points, sweep.direction(x), sweep.direction(y));
    note.textContent = `◆ The Pareto front: ${plural(best.length, 'cell')} of ${points.length}, than which no other one is better in both (${better(sweep, x, y)}).`;
    const axis = (name, values) => ({
      ...axisFor(values), name: statisticText(sweep, name), nameLocation: 'middle', ...look.axis(),
      axisLabel: { color: colour('quiet'), formatter: (value) => sweep.text(value, name), hideOverlap: true },
    });
    const item = (point) => ({ value: [point.x, point.y], point });
    return {
      grid: { left: 75, right: 25, top: 20, bottom: 45 },
      tooltip: { ...look.tooltip(), formatter: ({ data }) => data?.point && `${escaped(sweep.label(data.point.cell))}<br>${escaped(x)}: ${sweep.text(data.point.x, x)}<br>${escaped(y)}: ${sweep.text(data.point.y, y)}` },
      xAxis: { ...axis(x, points.map((point) => point.x)), nameGap: 28 },
      yAxis: { ...axis(y, points.map((point) => point.y)), nameGap: 58 },
      series: [
        { type: 'line', step: 'end', data: best.map(({ x: at, y: height }) => [at, height]), symbol: 'none', lineStyle: { color: colour('leads'), type: 'dashed', width: 1.5 }, silent: true },
        { type: 'scatter', data: points.filter((point) => !best.includes(point)).map(item), symbol: 'circle', symbolSize: 9, itemStyle: { color: 'transparent', borderColor: colour('quiet'), borderWidth: 1.5 } },
        {
          type: 'scatter', data: best.map(item), symbol: 'diamond', symbolSize: 15, itemStyle: { color: colour('leads') }, cursor: 'pointer',
          label: { show: best.length <= 12, formatter: ({ data: { point } }) => sweep.shortLabel(point.cell), position: 'top', color: colour('text'), fontSize: 11 },
          labelLayout: { hideOverlap: true },
        },
      ],
    };
  });
  drawn.on('click', ({ data }) => data?.point && sweep.toggle(data.point.index));
  chooseSome(sweep, x, y);
}

// The curves begin with cells of the front, as many as can be told apart, from all over it.
function chooseSome(sweep, x, y) {
  const best = front(sweep.cells.map((cell, index) => ({ index, x: sweep.value(cell, x)[0], y: sweep.value(cell, y)[0] }))
    .filter((point) => point.x !== null && point.y !== null), sweep.direction(x), sweep.direction(y));
  const count = Math.min(4, best.length);
  for (let i = 0; i < count; ++i) sweep.toggle(best[Math.round(i * (best.length - 1) / Math.max(1, count - 1))].index);
}

function better(sweep, x, y) {
  const [across, up] = [x, y].map((name) => (sweep.direction(name) < 0 ? 'more' : 'less'));
  return across === up ? `${across} is better` : `${across} ${x} and ${up} ${y} is better`;
}

const statisticText = (sweep, name) => `${name}, ${sweep.statistics(name)[0][1]}`;
