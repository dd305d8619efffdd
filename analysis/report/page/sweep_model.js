// What is known of a sweep, in the form in which the parts of the page ask for it.
import { duration, number, percent } from './format.js';

const MORE_IS_BETTER = ['success', 'acknowledged-writes'];
const MONTH = 30 * 24 * 3600; // seconds

export class SweepModel {
  constructor(data) {
    this.data = data;
    this.cells = data.cells.map((cell) => ({ ...cell, settings: cell.settings.map(comparable) }));
    // Values in order: as they were given, or those that were drawn by size.
    this.axes = data.axes.map(({ name, values }) => ({ name, values: inOrder(values.map(comparable), data.sample) }));
    this.measures = data.measures.filter(({ name }) => data.cells.some((cell) => cell.measures[name]?.runs > 0));
    this.chosen = new Set();
    this.watchers = [];
  }

  measure(name) { return this.measures.find((measure) => measure.name === name); }
  first(...names) { return names.find((name) => this.measure(name)) ?? this.measures[0]?.name; }

  /** What can be told of a measure: [[name, text], …], the best one first. */
  statistics(name) {
    if (this.isFigure(name)) return [['figure', this.measure(name).unit === 'share' ? 'share of the runs' : 'a month']];
    const quantiles = this.data.quantiles.map((q, i) => [`quantile ${i}`, q === 0.5 ? 'median' : `${Number((100 * q).toFixed(1))} %`]);
    return [...quantiles.filter(([, text]) => text === 'median'), ...quantiles.filter(([, text]) => text !== 'median'),
      ['mean', 'mean'], ['min', 'least'], ['max', 'most']];
  }

  /** 1: less of a measure is better; -1: more. */
  direction(name) { return MORE_IS_BETTER.includes(name) ? -1 : 1; }

  isFigure(name) { return ['share', 'rate'].includes(this.measure(name)?.unit); }

  /** [value, low, high] of a cell in the unit of `text()`; low and high are null if they are not known, value if it has none. */
  value(cell, name, statistic = this.statistics(name)[0][0]) {
    const summary = cell.measures[name];
    if (!summary || summary.runs === 0) return [null, null, null];
    if (statistic === 'figure') return scaled(summary.figure, this.measure(name).unit === 'rate' ? MONTH : 1);
    if (statistic.startsWith('quantile ')) return summary.quantiles?.[Number(statistic.slice(9))] ?? [null, null, null];
    return [summary[statistic], null, null];
  }

  text(value, name) {
    if (value === null || value === undefined) return '–';
    const { unit } = this.measure(name);
    if (unit === 'duration') return duration(value);
    return unit === 'share' ? percent(value) : number(value);
  }

  /** `quorum 2, down-after-milliseconds 500`. */
  label(cell) { return this.axes.map(({ name }, i) => `${name} ${cell.settings[i]}`).join(', '); }
  /** Only what differs: `2, 500`. */
  shortLabel(cell) { return cell.settings.filter((_, i) => this.axes[i].values.length > 1).join(', '); }

  /** The cells of the curves. */
  onChoice(changed) { this.watchers.push(changed); }
  toggle(index) {
    if (!this.chosen.delete(index)) this.chosen.add(index);
    this.watchers.forEach((changed) => changed());
  }
}

// Lists and objects, of which two that say the same are not equal, as their JSON.
const comparable = (value) => (typeof value === 'object' ? JSON.stringify(value) : value);

const inOrder = (values, isSample) => (isSample ? [...new Set(values)].sort(bySize) : values);

const scaled = (figure, factor) => figure.map((value) => (value === null ? null : value * factor));

const bySize = (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true }));

/** The cells that no other one is better than in both measures; of equal ones all. The directions are those of x and y. */
export function front(points, across = 1, up = 1) {
  const sorted = [...points].sort((a, b) => across * (a.x - b.x) || up * (a.y - b.y));
  let least = Infinity;
  let at = null;
  return sorted.filter(({ x, y }) => {
    if (up * y < least) {
      [least, at] = [up * y, x];
      return true;
    }
    return up * y === least && x === at;
  });
}
