/** Directories that are too large for memory (design §6). */
import { mkdir, mkdtemp, open, readdir, rm, symlink, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SortedEntries } from './sorted-entries.ts';
import { TreeWalk, walkStart, type WalkPosition } from './tree-walk.ts';

const count = 2000;
const usualTmpdir = process.env['TMPDIR'];
let top: string;
/** Where temporary files go during these tests. */
let scratch: string;
let directory: FileHandle;
/** As bytes, one character each. */
let expected: readonly string[];

/** Long ones, prefixes of each other, and ones with bytes that are no UTF-8 or look like separators. */
function nameOf(index: number): string {
  const name = `${(index * 7919) % count}`;
  if (index % 5 === 0) return `${name}${'x'.repeat(200)}`;
  if (index % 5 === 1) return `${name}\n\\|`;
  if (index % 5 === 2) return `${name}\xff\xfe`;
  return name;
}

function setTmpdir(path: string | undefined): void {
  if (path === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = path;
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'laneway-scratch-'));
  top = await mkdtemp(join(tmpdir(), 'laneway-sorted-'));
  const names = Array.from({ length: count }, (_, index) => nameOf(index));
  for (const [index, name] of names.entries()) {
    const path = Buffer.concat([Buffer.from(`${top}/`), Buffer.from(name, 'latin1')]);
    if (index % 50 === 3) await mkdir(path);
    else if (index % 50 === 4) await symlink('nowhere', path);
    else await writeFile(path, '');
  }
  directory = await open(top);
  const letter = (index: number): string => (index % 50 === 3 ? 'd' : index % 50 === 4 ? 'l' : 'f');
  expected = names.map((name, index) => `${name}\0${letter(index)}`).sort();
  setTmpdir(scratch);
});
afterAll(async () => {
  setTmpdir(usualTmpdir);
  await directory.close();
  for (const path of [top, scratch]) await rm(path, { recursive: true });
});

async function rest(entries: SortedEntries): Promise<string[]> {
  const found: string[] = [];
  for (let entry = await entries.next(); entry !== undefined; entry = await entries.next()) found.push(entry);
  await entries.close();
  return found;
}

describe('entries of a directory', () => {
  test.each([1, 7, 700, count - 1, count, count + 1])('come in byte order of their names with %i of them in memory', async (limit) => {
    const entries = await SortedEntries.of(directory, '', limit);
    expect(await readdir(scratch)).toEqual([]);
    expect(await rest(entries)).toEqual(expected);
  });

  test.each([10, count])('begin where they are asked to, whether or not that name is there, with %i of them in memory', async (limit) => {
    for (const from of [nameOf(3), nameOf(1000), '5', '\xff', '']) {
      const entries = await SortedEntries.of(directory, from, limit);
      expect(await rest(entries)).toEqual(expected.filter((entry) => entry.slice(0, -2) >= from));
    }
  });

  test('one that was given back comes again', async () => {
    const entries = await SortedEntries.of(directory, '', 10);
    const first = await entries.next();
    entries.putBack(first ?? '');
    expect(await rest(entries)).toEqual(expected);
  });

  test('a temporary file that cannot be made is no directory that cannot be entered', async () => {
    setTmpdir(join(top, 'missing'));
    try {
      await expect(SortedEntries.of(directory, '', 10)).rejects.toThrow('a temporary file for a large directory could not be written');
    } finally {
      setTmpdir(scratch);
    }
  });

  test('a walk over them may be resumed anywhere (data-and-stores R51)', async () => {
    const space = { id: 'space', path: top };
    const walk = async (entriesInMemory: number, step: number): Promise<string[]> => {
      const found: string[] = [];
      let position: WalkPosition = walkStart;
      for (;;) {
        const request = { space, roots: [{ spaceId: 'space', path: '' }], position, fileType: 'ANY' as const };
        const part = new TreeWalk(request, entriesInMemory);
        const { items, failed, position: reached, done } = await part.next(step);
        await part.close();
        found.push(...items.map((item) => item.path), ...failed);
        if (done) return found;
        position = reached;
      }
    };
    const whole = await walk(count, count * 2);
    expect(whole).toHaveLength(count + 1);
    expect((await walk(50, 311)).toSorted()).toEqual(whole.toSorted());
  });
});
