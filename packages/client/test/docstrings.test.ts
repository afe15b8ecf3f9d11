/** What a method promises is told above it, where editors show it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const source = join(import.meta.dirname, '../src');
const files = readdirSync(source).filter((name) => /^ {2}constructor\((transport: Transport|parts: Parts)\)/m.test(read(name)));

function read(name: string): string {
  return readFileSync(join(source, name), 'utf8');
}

test('the parts of the client are found', () => {
  expect(files).toEqual(expect.arrayContaining(['workflows.ts', 'lambdas.ts', 'members.ts', 'tokens.ts']));
});

test.each(files)('every method of %s has a docstring', (name) => {
  const lines = read(name).split('\n');
  const bare = lines.filter(
    (line, at) => /^ {2}(async )?\*?[a-z]\w*(<.*>)?\(/.test(line) && !/constructor|\*\/$/.test(line + (lines[at - 1] ?? '')),
  );
  expect(bare).toEqual([]);
});
