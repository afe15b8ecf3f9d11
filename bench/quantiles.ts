export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))] ?? 0;
}

/** Median, 99th percentile and maximum. */
export function figures(values: readonly number[], digits = 1): string {
  return [0.5, 0.99, 1].map((part) => quantile(values, part).toFixed(digits).padStart(7)).join(' ');
}
