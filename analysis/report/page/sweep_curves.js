// Distribution functions of the chosen cells. Runs without a value never get there: the curve ends below 100 %.
import { axisFor, chart, colour, escaped, look } from './charts.js';
import { choice, element } from './dom.js';

// Told apart by dashes and symbols as well as by colour.
const LINES = [['info', 'solid', 'circle'], ['order', 'dashed', 'rect'], ['hello', 'dotted', 'triangle'],
  ['leads', 'solid', 'diamond'], ['routine', 'dashed', 'pin'], ['fault', 'dotted', 'arrow']];

export function curves(place, sweep) {
  const drawable = sweep.measures.filter(({ name, unit }) => ['duration', 'count'].includes(unit) && sweep.cells.some((cell) => cell.measures[name]?.runs > 0));
  place.append(element('h2', {}, 'Distribution'));
  if (drawable.length === 0) {
    place.append(element('p', { class: 'hint' }, 'No measure of this sweep has a distribution.'));
    return;
  }
  let measure = (drawable.find(({ name }) => name === 'time-to-failover') ?? drawable[0]).name;
  const canvas = element('div', { class: 'chart', style: 'height:420px' });
  const note = element('p', { class: 'hint', role: 'status' });
  place.append(element('div', { class: 'bar' }, choice('Measure', drawable.map(({ name }) => [name, name]), measure, (name) => {
    measure = name;
    drawn.redraw();
  })), canvas, note);

  const steps = (cell) => {
    const summary = cell.measures[measure];
    if (!summary || summary.runs === 0) return [];
    const share = summary.runs / cell.runs;
    const curve = summary.curve ?? [summary.min, summary.max];
    return [[curve[0], 0], ...curve.map((value, i) => [value, share * i / (curve.length - 1)])];
  };
  const drawn = chart(canvas, 'Distribution functions of the chosen cells', () => {
    const chosen = [...sweep.chosen].map((index) => sweep.cells[index]);
    note.textContent = chosen.length === 0 ? 'Choose cells: in the heat map, or in the table below.'
      : 'The share of all runs of a cell in which it took at most so long; runs that never got there count as later.';
    return {
      grid: { left: 55, right: 25, top: 15 + 21 * chosen.length, bottom: 45 },
      legend: { top: 0, left: 50, orient: 'vertical', itemGap: 5, textStyle: { color: colour('text') }, itemWidth: 34, data: chosen.map((cell) => sweep.label(cell)) },
      tooltip: {
        ...look.tooltip(), trigger: 'item',
        formatter: ({ seriesName, value }) => `${escaped(seriesName)}<br><b>${Math.round(100 * value[1])} %</b> within ${sweep.text(value[0], measure)}`,
      },
      xAxis: { ...axisFor(chosen.flatMap((cell) => steps(cell).map(([value]) => value))), name: measure, nameLocation: 'middle', nameGap: 28, ...look.axis(), axisLabel: { color: colour('quiet'), formatter: (value) => sweep.text(value, measure), hideOverlap: true } },
      yAxis: { type: 'value', min: 0, max: 1, ...look.axis(), axisLabel: { color: colour('quiet'), formatter: (value) => `${Math.round(100 * value)} %` } },
      series: chosen.map((cell, i) => {
        const [meaning, dash, symbol] = LINES[i % LINES.length];
        return {
          type: 'line', name: sweep.label(cell), symbol, symbolSize: 8, showAllSymbol: true,
          data: steps(cell).map((value, at, { length }) => ({ value, symbol: at % 20 === 10 || at === length - 1 ? symbol : 'none' })), lineStyle: { type: dash, width: 2.2, color: colour(meaning) }, itemStyle: { color: colour(meaning) },
        };
      }),
    };
  });
  sweep.onChoice(() => drawn.redraw());
}
