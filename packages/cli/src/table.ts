/** Tables for people: as wide as the terminal at most, where there is one; blocks of lines where they cannot be. */
import Table from 'cli-table3';

/** Between two cells: a line and a blank on each side of it. */
const frame = 3;

/**
 * Widths of the columns without their blanks, so that a row fits; the widest give way first. None gets narrower than its longest
 * word: an id that is broken cannot be copied.
 */
export function columnWidths(cells: readonly (readonly string[])[], width: number): readonly number[] {
  const count = cells[0]?.length ?? 0;
  const longest = (of: (cell: string) => number): number[] =>
    Array.from({ length: count }, (_, column) => Math.max(...cells.map((row) => of(row[column] ?? ''))));
  const widths = longest((cell) => cell.length);
  const least = longest((cell) => Math.max(...cell.split(/\s/).map((word) => word.length)));
  let excess = totalOf(widths) - width;
  while (excess > 0) {
    const widest = widths.reduce((best, own, column) => (spare(own, column) > spare(widths[best] ?? 0, best) ? column : best), 0);
    if (spare(widths[widest] ?? 0, widest) === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;

  /** How wide it is, if it may give way. */
  function spare(own: number, column: number): number {
    return own > (least[column] ?? 0) ? own : 0;
  }
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, own) => sum + own + frame, 1);
}

/** A block for each row, a line for each cell that is not empty: for terminals that the table does not fit. */
function recordsText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = Math.max(...head.map((label) => label.length)) + 2;
  const label = (column: number): string => (head[column] === '' ? '' : `${head[column] ?? ''}:`).padEnd(width);
  const block = (row: readonly string[]): string => row.flatMap((cell, column) => (cell === '' ? [] : [label(column) + cell])).join('\n');
  return rows.map(block).join('\n\n');
}

/** `columns`: of the terminal; without them each row is one line, whatever its length. */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  look: { readonly color: boolean; readonly columns: number | undefined },
): string {
  const plain = look.color ? {} : { style: { head: [], border: [] } };
  const { columns } = look;
  const widths = columns === undefined ? undefined : columnWidths([head, ...rows], columns);
  if (columns !== undefined && rows.length > 0 && totalOf(widths ?? []) > columns) return recordsText(head, rows);
  const fit = widths === undefined ? {} : { colWidths: widths.map((own) => own + 2), wordWrap: true };
  const table = new Table({ head: [...head], ...plain, ...fit });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
