/** Listing of entries with consecutive numbers (data-and-stores §4.1, R24–R28): which of them a page holds. */

export interface Listing {
  /** Numbers ever given out. */
  readonly total: number;
  /** The first number that is still kept. */
  readonly oldest: number;
}

export interface ListingOptions {
  readonly index?: number;
  readonly offset?: number;
  readonly limit?: number;
  readonly direction?: 'forward_from_oldest' | 'backward_from_newest';
  /** Milliseconds; wins over `index`. */
  readonly timestamp?: number;
}

export interface ListedPage {
  readonly indices: readonly number[];
  readonly isLast: boolean;
}

/** `timeOf` tells when a kept entry was written; it is asked only when the options have a timestamp. */
export function page(listing: Listing, options: ListingOptions, timeOf: (index: number) => number): ListedPage {
  const limit = options.limit ?? 1000;
  const offset = options.offset ?? 0;
  return options.direction === 'backward_from_newest'
    ? backward(listing, backwardStart(listing, options, timeOf), offset, limit)
    : forward(listing, forwardStart(listing, options, timeOf), offset, limit);
}

function forward({ total, oldest }: Listing, startPoint: number, offset: number, limit: number): ListedPage {
  const first = Math.max(Math.max(startPoint + offset, 0), oldest);
  const bound = first + limit - 1;
  const indices: number[] = [];
  for (let index = first; index <= Math.min(bound, total - 1); index += 1) indices.push(index);
  return { indices, isLast: bound >= total - 1 };
}

function backward({ total, oldest }: Listing, startPoint: number, offset: number, limit: number): ListedPage {
  const first = total - 1 - Math.max(startPoint + offset, 0);
  const bound = first - limit + 1;
  const indices: number[] = [];
  for (let index = first; index >= Math.max(bound, oldest); index -= 1) indices.push(index);
  return { indices, isLast: bound <= oldest };
}

function forwardStart({ total, oldest }: Listing, options: ListingOptions, timeOf: (index: number) => number): number {
  if (options.timestamp !== undefined) {
    let index = oldest;
    while (index < total && timeOf(index) < options.timestamp) index += 1;
    return index;
  }
  return options.index === undefined ? oldest : clamp(options.index, oldest, total);
}

/** Counted from the newest entry, which is 0. */
function backwardStart({ total, oldest }: Listing, options: ListingOptions, timeOf: (index: number) => number): number {
  if (options.timestamp !== undefined) {
    let index = total - 1;
    while (index >= oldest && timeOf(index) > options.timestamp) index -= 1;
    return total - 1 - index;
  }
  return options.index === undefined ? 0 : clamp(total - 1 - options.index, 0, total - oldest);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
