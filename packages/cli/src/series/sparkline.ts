import type { Window } from './read-series.ts';

const bars = '▁▂▃▄▅▆▇█';

/** A bar for each window, oldest first, down to `width` windows before the newest; windows without measurements stay blank. */
export function sparkline(windows: readonly Window[], resolution: number | null, width: number): string {
  const newest = windows[0];
  if (newest === undefined) return '';
  const step = resolution === null || resolution === 0 ? undefined : resolution;
  // Where windows have no length, they stand side by side.
  const shown = windows.filter(({ timestamp }, index) => (step === undefined ? index : (newest.timestamp - timestamp) / step) < width);
  const values = shown.map(({ value }) => value);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const span = high - low === 0 ? 1 : high - low;
  const oldest = shown.at(-1) ?? newest;
  const length = step === undefined ? shown.length : Math.round((newest.timestamp - oldest.timestamp) / step) + 1;
  const slots = Array.from({ length }, () => ' ');
  for (const [index, { timestamp, value }] of shown.entries()) {
    const back = step === undefined ? index : Math.round((newest.timestamp - timestamp) / step);
    slots[length - 1 - back] = bars[Math.round(((value - low) / span) * (bars.length - 1))] ?? ' ';
  }
  return slots.join('');
}
