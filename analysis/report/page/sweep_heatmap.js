// A measure over two of the settings. Of a sample there is no grid: each cell is a point.
import { chart, colour, escaped, look } from './charts.js';
import { choice, element } from './dom.js';
import { plural } from './format.js';

export function heatMap(place, sweep) {
  let measure = sweep.first('time-to-failover');
  let statistic = sweep.statistics(measure)[0][0];
  let [x, y] = sweep.axes.length > 1 ? [sweep.axes.length - 1, 0] : [0, null];
  const fixed = sweep.axes.map(({ values }) => values[0]);
  const controls = element('div', { class: 'bar' });
  const canvas = element('div', { class: 'chart' });
  const note = element('p', { class: 'hint' });
  place.append(element('h2', {}, 'Heat map'), controls, canvas, note);

  const fits = (cell) => sweep.data.sample || sweep.axes.every((_, i) => i === x || i === y || cell.settings[i] === fixed[i]);
  const shown = () => sweep.cells.map((cell, index) => ({ cell, index })).filter(({ cell }) => fits(cell));

  const drawn = chart(canvas, 'Heat map of a measure over two settings; the table of cells below tells the same', () => {
    const points = shown().map(({ cell, index }) => ({ cell, index, known: sweep.value(cell, measure, statistic) }))
      .sort((a, b) => sweep.chosen.has(a.index) - sweep.chosen.has(b.index)); // their borders lie above the others
    const values = points.map(({ known }) => known[0]).filter((value) => value !== null);
    const [least, most] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
    // Values that differ by orders of magnitude get colours by their logarithms.
    const scale = least > 0 && most / least > 20 ? Math.log : (value) => value;
    const share = (value) => (most > least ? (scale(value) - scale(least)) / (scale(most) - scale(least)) : 0);
    const category = (axis) => ({
      type: 'category', data: axis === null ? [''] : sweep.axes[axis].values.map(String), name: axis === null ? '' : sweep.axes[axis].name,
      nameLocation: 'middle', splitArea: { show: false }, ...look.axis(), axisLabel: { color: colour('text') }, splitLine: { show: false },
    });
    const place_of = (cell, axis) => (axis === null ? 0 : sweep.axes[axis].values.indexOf(cell.settings[axis]));
    return {
      grid: { left: 110, right: 120, top: 15, bottom: 55 },
      tooltip: {
        ...look.tooltip(),
        formatter: ({ data: { point: { cell, known: [value, low, high] } } }) => `${escaped(sweep.label(cell))}<br><b>${escaped(measure)}: ${sweep.text(value, measure)}</b>` +
          (low === null || high === null ? '' : `<br>95 % confidence: ${sweep.text(low, measure)} … ${sweep.text(high, measure)}`) + `<br>${escaped(plural(cell.runs, 'run'))}`,
      },
      xAxis: { ...category(x), nameGap: 32 },
      yAxis: { ...category(y), nameGap: 60 },
      visualMap: {
        type: 'continuous', min: 0, max: 1, dimension: 2, right: 5, top: 'middle', calculable: false,
        inRange: { color: ['#f1f6fb', '#9cc4e4', '#3d85c0', '#0a3d73'] }, textStyle: { color: colour('text') },
        text: [sweep.text(values.length ? most : null, measure), sweep.text(values.length ? least : null, measure)],
      },
      series: [{
        type: sweep.data.sample ? 'scatter' : 'heatmap', symbolSize: 22,
        data: points.map((point) => ({
          value: [place_of(point.cell, x), place_of(point.cell, y), point.known[0] === null ? '-' : share(point.known[0])], point,
          itemStyle: sweep.chosen.has(point.index) ? { borderColor: colour('o-down'), borderWidth: 3 } : { borderColor: colour('card'), borderWidth: 2 },
          label: { color: share(point.known[0]) > 0.45 ? '#ffffff' : '#10233a' },
        })),
        label: { show: !sweep.data.sample, formatter: ({ data: { point } }) => sweep.text(point.known[0], measure), fontSize: 12 },
        cursor: 'pointer',
      }],
    };
  });
  drawn.on('click', ({ data }) => data?.point && sweep.toggle(data.point.index));
  sweep.onChoice(() => drawn.redraw());

  function changed() {
    const rows = y === null || sweep.data.sample ? 5 : sweep.axes[y].values.length;
    canvas.style.height = `${Math.max(200, 46 * rows + 75)}px`;
    note.textContent = `${sweep.measure(measure).meaning ?? measure}. Click on a cell to see its distribution below.`;
    controls.replaceChildren(...[
      choice('Measure', sweep.measures.map(({ name }) => [name, name]), measure, (name) => {
        [measure, statistic] = [name, sweep.statistics(name)[0][0]];
        changed();
      }),
      choice('of it the', sweep.statistics(measure), statistic, (name) => { statistic = name; changed(); }),
      ...(sweep.axes.length > 2 ? axisChoices() : []),
    ]);
    drawn.resize();
    drawn.redraw();
  }

  function axisChoices() {
    const names = sweep.axes.map(({ name }, i) => [String(i), name]);
    const pick = (set, other) => (i) => {
      set(Number(i), other());
      changed();
    };
    const rest = sweep.axes.map((_, i) => i).filter((i) => i !== x && i !== y && !sweep.data.sample);
    return [
      choice('across', names, String(x), pick((now, swap) => { if (now === y) y = swap; x = now; }, () => x)),
      choice('down', names, String(y), pick((now, swap) => { if (now === x) x = swap; y = now; }, () => y)),
      ...rest.map((i) => choice(sweep.axes[i].name, sweep.axes[i].values.map((value, place) => [String(place), String(value)]), String(sweep.axes[i].values.indexOf(fixed[i])), (place) => {
        fixed[i] = sweep.axes[i].values[place];
        changed();
      })),
    ];
  }
  changed();
}
