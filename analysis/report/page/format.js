// Times and numbers as text. Times of the data are whole µs.

/** `13.287`: a moment, in seconds since the start of the run. */
export const moment = (micros, digits = 3) => (micros / 1e6).toFixed(digits);

/** `3.287 s`, `86 ms`, `420 µs`, `2 min 5 s`: a duration. */
export function duration(micros) {
  const size = Math.abs(micros);
  if (size >= 120e6) {
    const seconds = Math.round(size / 1e6);
    return `${micros < 0 ? '-' : ''}${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
  if (size >= 1e6) return `${trimmed(micros / 1e6, 3)} s`;
  if (size >= 1e3) return `${trimmed(micros / 1e3, size >= 1e5 ? 0 : 1)} ms`;
  return `${Math.round(micros)} µs`;
}

const trimmed = (value, digits) => String(Number(value.toFixed(digits)));

/** Three significant digits. */
export const number = (value) => (value === 0 ? '0' : String(Number(value.toPrecision(3))));

export const percent = (share) => `${Number((100 * share).toFixed(share > 0 && share < 0.01 ? 2 : 1))} %`;

/** `1 seed`, `2 seeds`. */
export const plural = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;
