/** CSV as RFC 4180 has it, for programs and for spreadsheets. */

/** A text may have been written by anybody; numbers, flags and JSON are what they are. */
export type CsvCell = { readonly text: string } | { readonly plain: string } | null;

/**
 * What a spreadsheet would take for a formula, also behind apostrophes that were there or added: the rule can be undone by
 * taking one apostrophe away wherever it fits.
 */
const formula = /^'*[=+\-@＝＋－＠\t\r\n]/;

export function csvRow(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

/** No cell stands for null or nothing, `""` for the empty text. */
function cellText(cell: CsvCell): string {
  if (cell === null) return '';
  if ('plain' in cell) return quoted(cell.plain);
  return cell.text === '' ? '""' : quoted(formula.test(cell.text) ? `'${cell.text}` : cell.text);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Texts as they are, other values as JSON. */
export function csvCell(value: unknown): CsvCell {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? { text: value } : { plain: JSON.stringify(value) };
}

/** The JSON text, also of null and of texts. */
export function jsonCell(value: unknown): CsvCell {
  return value === undefined ? null : { plain: JSON.stringify(value) };
}
