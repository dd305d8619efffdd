// The chart library as far as it is used, and charts that follow the theme and the size of the window.
import * as echarts from 'echarts/core';
import { CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  AriaComponent, DataZoomComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent,
  VisualMapContinuousComponent,
} from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';

echarts.use([
  CustomChart, HeatmapChart, LineChart, ScatterChart, AriaComponent, DataZoomComponent, GridComponent, LegendComponent,
  MarkLineComponent, TooltipComponent, VisualMapContinuousComponent, CanvasRenderer,
]);

const charts = new Set();

/** The colour that style.css gives to this meaning in the theme of now. */
export const colour = (meaning) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${meaning}`).trim();

/**
 * A chart in `place`. `option()` is asked again when the theme changes; `keep` says that zoom stays then.
 * Returns the chart with a method `redraw()`.
 */
export function chart(place, label, option) {
  place.setAttribute('role', 'img');
  place.setAttribute('aria-label', label);
  const made = echarts.init(place, null, { renderer: 'canvas' });
  made.redraw = () => {
    const zoom = made.getOption()?.dataZoom?.map(({ startValue, endValue }) => ({ startValue, endValue }));
    made.setOption({ ...common(), ...option() }, { notMerge: true });
    zoom?.forEach((part, dataZoomIndex) => made.dispatchAction({ type: 'dataZoom', dataZoomIndex, ...part }));
  };
  made.setOption({ ...common(), ...option() });
  new ResizeObserver(() => made.resize()).observe(place);
  charts.add(made);
  return made;
}

/** After a change of the theme. */
export const redrawAll = () => charts.forEach((each) => each.redraw());

const common = () => ({
  animation: false,
  textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour('text') },
  backgroundColor: 'transparent',
});

/** What tooltips, axes and sliders look like. */
export const look = {
  tooltip: () => ({
    backgroundColor: colour('card'), borderColor: colour('line'), textStyle: { color: colour('text'), fontSize: 13 },
    confine: true,
  }),
  axis: () => ({
    axisLine: { lineStyle: { color: colour('line') } },
    axisLabel: { color: colour('quiet') },
    axisTick: { lineStyle: { color: colour('line') } },
    splitLine: { lineStyle: { color: colour('grid') } },
    nameTextStyle: { color: colour('quiet') },
  }),
  slider: () => ({
    type: 'slider', height: 22, borderColor: colour('line'), textStyle: { color: colour('quiet') },
    fillerColor: 'rgba(120, 150, 200, 0.25)', brushSelect: false,
    dataBackground: { lineStyle: { color: colour('line') }, areaStyle: { color: colour('grid') } },
  }),
};

/** Hatching, for who does not see the colours; faint, so that text can be read on it. */
export const hatch = () => ({
  symbol: 'rect', symbolSize: 1, rotation: Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [2, 6], color: 'rgba(128, 136, 148, 0.38)',
});

/** Text that may stand in the markup of a tooltip. */
export const escaped = (text) =>
  String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** The part of a rectangle that is inside of the coordinate system; undefined if none is. */
export const clipped = (rect, { x, y, width, height }) =>
  echarts.graphic.clipRectByRect(rect, { x, y, width, height });

/** The kind of axis that shows these values best: logarithmic if they differ by orders of magnitude. */
export function axisFor(values) {
  const least = Math.min(...values);
  return { type: least > 0 && Math.max(...values) / least > 20 ? 'log' : 'value', scale: true };
}
