import { expect, test } from 'vitest';
import { expandGlob } from '../src/run/glob.ts';

const directories: Record<string, [name: string, type: string][]> = {
  root: [
    ['b.txt', 'REG'],
    ['a.txt', 'REG'],
    ['.hidden.txt', 'REG'],
    ['a+b[1].txt', 'REG'],
    ['2026', 'DIR'],
  ],
  'root/2026': [
    ['c.txt', 'REG'],
    ['c.csv', 'REG'],
    ['deep', 'DIR'],
  ],
  'root/2026/deep': [['d.txt', 'REG']],
};

const reader = {
  async *children(id: string) {
    for (const [name, type] of directories[id] ?? []) yield { fileId: `${id}/${name}`, name, type };
  },
};

async function paths(pattern: string): Promise<string[]> {
  return (await expandGlob(reader, 'root', pattern)).map((file) => file.path);
}

test.each([
  ['*.txt', ['a+b[1].txt', 'a.txt', 'b.txt']],
  ['?.txt', ['a.txt', 'b.txt']],
  ['[ab].txt', ['a.txt', 'b.txt']],
  ['[!a].txt', ['b.txt']],
  ['.*', ['.hidden.txt']],
  ['2026/*.c?v', ['2026/c.csv']],
  ['*/deep/*', ['2026/deep/d.txt']],
  ['**/*.txt', ['2026/c.txt', '2026/deep/d.txt', 'a+b[1].txt', 'a.txt', 'b.txt']],
  ['2026/**', ['2026/c.csv', '2026/c.txt', '2026/deep', '2026/deep/d.txt']],
  ['a+b*', ['a+b[1].txt']],
  ['*.png', []],
])('%s finds exactly its files, in order of their paths', async (pattern, expected) => {
  expect(await paths(pattern)).toEqual(expected);
});
