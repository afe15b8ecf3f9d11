/** Lists of placeholders for statements over several rows at once: one round trip whatever their number. */

/** `?, ?, ?` */
export function marks(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ');
}

/** `(?, ?), (?, ?)`, for `insert … values`. */
export function rows(count: number, width: number): string {
  const row = `(${marks(width)})`;
  return Array.from({ length: count }, () => row).join(', ');
}

/** `(values (cast(? as text), cast(? as bigint)), …)`: pairs to compare with, typed because PostgreSQL guesses text. */
export function pairs(count: number): string {
  const pair = '(cast(? as text), cast(? as bigint))';
  return `(values ${Array.from({ length: count }, () => pair).join(', ')})`;
}

/** The list in parts of one statement each, whose number of parameters is bounded. */
export function inParts<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));
}
