/** Tables and lists as people see them. */
import { describe, expect, test } from 'vitest';
import { shortList } from '../src/privilege-lists.ts';
import { columnWidths, tableText } from '../src/table.ts';

const head = ['name', 'privileges'];
const rows = [['a'.repeat(38), 'space_view, space_update, space_delete, space_manage']];
const look = { color: false, columns: 60 };

describe('a table', () => {
  test('is as wide as the terminal: long cells take several lines, and ids stay whole', () => {
    const lines = tableText(head, rows, look).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.join('\n')).toContain('a'.repeat(38));
    for (const word of ['space_view,', 'space_update,', 'space_delete,', 'space_manage']) expect(lines.join('\n')).toContain(word);
  });

  test('whose words do not fit is wider than the terminal, rather than breaking them', () => {
    expect(columnWidths([head, ...rows], 20)).toEqual([38, 'space_update,'.length]);
  });

  test('that cannot be as narrow as the terminal is a block for each row, its words whole', () => {
    const lines = tableText(head, [...rows, ['b', '']], { ...look, columns: 30 }).split('\n');
    expect(lines).toEqual([`name:       ${rows[0]?.[0] ?? ''}`, `privileges: ${rows[0]?.[1] ?? ''}`, '', 'name:       b']);
  });

  test('has a line for each row where nobody looks at it', () => {
    const lines = tableText(head, rows, { ...look, columns: undefined }).split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[3]).toContain(rows[0]?.[1]);
  });
});

describe('privileges', () => {
  const sets = { member: ['space_view'], manager: ['space_view', 'space_update'], admin: ['space_view', 'space_update', 'space_delete'] };

  test.each([
    [[], '–'],
    [['space_view'], 'member'],
    [['space_delete', 'space_view'], 'member, delete'],
    [['space_delete', 'space_update', 'space_view'], 'admin'],
    [['space_update'], 'update'],
  ])('%j are shown as %s', (privileges, text) => {
    expect(shortList(privileges, 'spaces', sets)).toBe(text);
  });
});
