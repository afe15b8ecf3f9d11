export interface ListingStart {
  /** null: from the first entry of the direction. */
  readonly index: number | null;
  readonly offset: number;
  readonly limit: number;
}

/** Consecutive entries from `first` on, downwards when listing backwards; `count` may be 0. */
export interface ListingWindow {
  readonly first: number;
  readonly count: number;
  readonly isLast: boolean;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Entries in ascending order; `total` were ever appended, `oldest` is the first one kept (data-and-stores R24, R26). */
export function forwardWindow(total: number, oldest: number, { index, offset, limit }: ListingStart): ListingWindow {
  const start = index === null ? oldest : clamp(index, oldest, total);
  const first = Math.max(start + offset, 0, oldest);
  const last = Math.min(first + limit - 1, total - 1);
  return { first, count: Math.max(last - first + 1, 0), isLast: last >= total - 1 };
}

/** Entries in descending order (data-and-stores R25, R26). */
export function backwardWindow(total: number, oldest: number, { index, offset, limit }: ListingStart): ListingWindow {
  const start = index === null ? 0 : clamp(total - 1 - index, 0, total - oldest);
  const first = total - 1 - Math.max(start + offset, 0);
  const last = Math.max(first - limit + 1, oldest);
  return { first, count: Math.max(first - last + 1, 0), isLast: last <= oldest };
}
