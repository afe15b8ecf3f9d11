/** CSV that every reader of RFC 4180 understands and that no spreadsheet computes. */
import { describe, expect, test } from 'vitest';
import { csvCell, csvRow, jsonCell } from './csv.ts';

describe('cells', () => {
  test.each([
    ['plain text', 'a b', 'a b'],
    ['a comma', 'a,b', '"a,b"'],
    ['a quote', 'say "x"', '"say ""x"""'],
    ['line breaks', 'a\r\nb\nc', '"a\r\nb\nc"'],
    ['the empty text, which is not nothing', '', '""'],
    ['nothing', null, ''],
    ['a negative number, which is no formula', -5, '-5'],
    ['a flag', false, 'false'],
    ['an object', { a: '=1' }, '"{""a"":""=1""}"'],
  ])('%s', (_name, value, cell) => {
    expect(csvRow([csvCell(value), csvCell(1)])).toBe(`${cell},1\r\n`);
  });

  test('JSON cells tell texts and null apart', () => {
    expect(csvRow([jsonCell('a'), jsonCell(null), jsonCell([1])])).toBe('"""a""",null,[1]\r\n');
  });
});

describe('texts that a spreadsheet would compute', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', "'=1", "''=1"])(
    '%j gets an apostrophe that can be taken away',
    (text) => {
      const cell = csvRow([csvCell(text)]).slice(0, -2);
      const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
      expect(read).toBe(`'${text}`);
    },
  );

  test.each(["'tis", 'a=1', '1-1', "'"])('%j is left alone', (text) => {
    expect(csvRow([csvCell(text)])).toBe(`${text}\r\n`);
  });
});
