import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileIdOf } from './file-id.ts';
import { walkStart, walkTrees, TreeWalk, type WalkPosition } from './tree-walk.ts';

let top: string;
let space: { id: string; path: string };

beforeEach(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'laneway-walk-')));
  space = { id: 'space1', path: join(top, 'space') };
  for (const directory of ['space/a/b', 'space/a.d', 'space/empty', 'outside']) await mkdir(join(top, directory), { recursive: true });
  for (const file of ['space/a/z', 'space/a/b/1', 'space/a/b/2', 'space/a.d/x', 'space/b', 'outside/secret'])
    await writeFile(join(top, file), file);
  await symlink(join(top, 'outside'), join(space.path, 'link'));
});

afterEach(async () => {
  await rm(top, { recursive: true, force: true });
});

const all = ['', 'a', 'a/b', 'a/b/1', 'a/b/2', 'a/z', 'a.d', 'a.d/x', 'b', 'empty', 'link'];

function roots(...paths: string[]): { spaceId: string; path: string }[] {
  return paths.map((path) => ({ spaceId: space.id, path }));
}

async function walkInSteps(paths: string[], maxItems: number, between?: (path: string) => Promise<void>): Promise<string[]> {
  const found: string[] = [];
  let position: WalkPosition = walkStart;
  for (;;) {
    const step = await walkTrees({ space, roots: roots(...paths), position, fileType: 'ANY', maxItems });
    found.push(...step.items.map((item) => item.path));
    position = JSON.parse(JSON.stringify(step.position)) as WalkPosition;
    if (step.done) return found;
    await between?.(step.items.at(-1)?.path ?? '');
  }
}

test('a tree is the root, then its content depth-first by name, a directory before its content, links not followed (data-and-stores R46)', async () => {
  const step = await walkTrees({ space, roots: roots(''), position: walkStart, fileType: 'ANY', maxItems: 100 });
  expect(step.items.map((item) => item.path)).toEqual(all);
  expect(step.items[1]?.fileId).toBe(fileIdOf('space1', 'a'));
  expect(step.done).toBe(true);
});

test.each([1, 2, 3, 7])(
  'steps of %i items give the same walk as one step, trees in the order of their roots (data-and-stores R49, R51, D18)',
  async (size) => {
    expect(await walkInSteps(['', 'b', 'a/b', 'a/b'], size)).toEqual([...all, 'b', 'a/b', 'a/b/1', 'a/b/2', 'a/b', 'a/b/1', 'a/b/2']);
  },
);

test('a walk kept open gives the same as one resumed at every step', async () => {
  const walk = new TreeWalk({ space, roots: roots(''), position: walkStart, fileType: 'ANY' });
  const found: string[] = [];
  for (let step = await walk.next(2); ; step = await walk.next(2)) {
    found.push(...step.items.map((item) => item.path));
    if (step.done) break;
  }
  await walk.close();
  expect(found).toEqual(all);
});

test('roots that vanished or lie in another space are skipped without an error (data-and-stores R48)', async () => {
  const step = await walkTrees({
    space,
    roots: [
      { spaceId: space.id, path: 'gone' },
      null,
      { spaceId: 'other', path: 'b' },
      { spaceId: space.id, path: 'b/under-a-file' },
      ...roots('b'),
    ],
    position: walkStart,
    fileType: 'ANY',
    maxItems: 100,
  });
  expect(step.items.map((item) => item.path)).toEqual(['b']);
});

test('a walk goes on behind an entry that was removed meanwhile, even with everything around it (data-and-stores R50)', async () => {
  const found = await walkInSteps([''], 1, async (path) => {
    if (path === 'a/b/1') await rm(join(space.path, 'a'), { recursive: true });
  });
  expect(found).toEqual(['', 'a', 'a/b', 'a/b/1', 'a.d', 'a.d/x', 'b', 'empty', 'link']);
});

test('a walk sees what is there at its time: new files, no root that is gone, a root that is named twice (data-and-stores R50)', async () => {
  const walk = async (...paths: string[]): Promise<string[]> => await walkInSteps(paths, 2);
  expect(await walk('a/b', 'b', 'a/b')).toEqual(['a/b', 'a/b/1', 'a/b/2', 'b', 'a/b', 'a/b/1', 'a/b/2']);
  await writeFile(join(space.path, 'a/b/1.5'), 'new');
  await rm(join(space.path, 'b'));
  expect(await walk('a/b', 'b', 'a/b')).toEqual(['a/b', 'a/b/1', 'a/b/1.5', 'a/b/2', 'a/b', 'a/b/1', 'a/b/1.5', 'a/b/2']);
});

test('a root that is a regular file or a link is itself and nothing else (data-and-stores R46)', async () => {
  expect(await walkInSteps(['a/z', 'link'], 10)).toEqual(['a/z', 'link']);
});

test('a root that may not be entered is not there (data-and-stores R48)', async () => {
  expect(await withClosed('a', async () => await walkInSteps(['a', 'b'], 10))).toEqual(['b']);
});

test('a store of regular files yields regular files only (lambdas §13.5)', async () => {
  const step = await walkTrees({ space, roots: roots('', 'link'), position: walkStart, fileType: 'REG', maxItems: 100 });
  expect(step.items.map((item) => item.path)).toEqual(['a/b/1', 'a/b/2', 'a/z', 'a.d/x', 'b']);
});

test('names that are not valid UTF-8 are reported once as failed and do not stop or repeat the walk', async () => {
  await writeFile(Buffer.concat([Buffer.from(`${space.path}/a/b/`), Buffer.from([0x31, 0xff])]), '');
  const failed: string[] = [];
  const found: string[] = [];
  let position: WalkPosition = walkStart;
  for (;;) {
    const step = await walkTrees({ space, roots: roots('a/b'), position, fileType: 'ANY', maxItems: 1 });
    failed.push(...step.failed);
    found.push(...step.items.map((item) => item.path));
    position = step.position;
    if (step.done) break;
  }
  expect(failed).toEqual(['a/b/1\uFFFD']);
  expect(found).toEqual(['a/b', 'a/b/1', 'a/b/2']);
});

test('a directory that was replaced by a link to the outside is not entered', async () => {
  const walk = new TreeWalk({ space, roots: roots(''), position: walkStart, fileType: 'ANY' });
  const first = await walk.next(1);
  await rm(join(space.path, 'a'), { recursive: true });
  await symlink(join(top, 'outside'), join(space.path, 'a'));
  const rest = await walk.next(100);
  await walk.close();
  expect(first.items.map((item) => item.path)).toEqual(['']);
  expect(rest.items.map((item) => item.path)).toEqual(['a.d', 'a.d/x', 'b', 'empty', 'link']);
});

test('a subtree that may not be entered is skipped with its directory (data-and-stores R48)', async () => {
  expect(await withClosed('a/b', async () => await walkInSteps(['a'], 10))).toEqual(['a', 'a/z']);
});

/** While a directory is closed to whoever looks. */
async function withClosed<T>(path: string, look: () => Promise<T>): Promise<T> {
  await chmod(join(space.path, path), 0o000);
  // Nothing is closed to root: it looks with the eyes of somebody else for a moment.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    await chmod(top, 0o755);
    process.seteuid?.(65_534);
  }
  try {
    return await look();
  } finally {
    if (isRoot) process.seteuid?.(0);
    await chmod(join(space.path, path), 0o755);
  }
}
