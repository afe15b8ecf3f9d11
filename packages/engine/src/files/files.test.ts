import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open as openFile, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { posixError, type Result } from '@laneway/model';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testDatabaseUrl } from '../../../../test/support/postgres.ts';
import { openDatabase } from '../persistence/database.ts';
import type { Database } from '../persistence/sql.ts';
import { readXattrs, type Space } from '../persistence/sql/files.ts';
import { createChild, listChildren, removeEntry } from './children.ts';
import { boundsOf, readContent, writeContent } from './content.ts';
import { fileIdOf, isFileId } from './file-id.ts';
import { Files } from './files.ts';
import type { FileRef } from './port.ts';
import { Spaces } from './spaces.ts';
import { XattrHelper } from './xattr-helper.ts';
import { Xattrs } from './xattrs.ts';

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const open: Database[] = [];
let postgresUrl: Promise<string> | undefined;

afterAll(async () => {
  for (const database of open) await database.close();
});

async function database(kind: 'sqlite' | 'postgres'): Promise<Database> {
  postgresUrl ??= kind === 'postgres' ? testDatabaseUrl('files') : undefined;
  const found = await openDatabase(
    kind === 'sqlite' ? { kind: 'memory' } : { kind: 'postgres', url: (await postgresUrl) ?? '', connections: 2 },
  );
  open.push(found);
  return found;
}

describe.each(['sqlite', 'postgres'] as const)('files on %s', (kind) => {
  let top: string;
  let base: Database;
  let spaces: Spaces;
  let files: Files;
  let space: Space;

  const ref = async (path: string): Promise<FileRef> => valueOf(await files.lookup(space.id, path));

  beforeEach(async () => {
    top = await realpath(await mkdtemp(join(tmpdir(), 'laneway-files-')));
    for (const directory of ['data', 'space/a/b', 'other', 'outside']) await mkdir(join(top, directory), { recursive: true });
    await writeFile(join(top, 'space/a/one.txt'), 'hello world');
    await writeFile(join(top, 'outside/secret'), 'secret');
    await symlink(join(top, 'outside'), join(top, 'space/link'));
    base = await database(kind);
    spaces = new Spaces(base, join(top, 'data'));
    files = new Files({ database: base, spaces, providerId: 'provider1', pythonCommand: null });
    space = valueOf(await spaces.create({ name: 'My space', path: join(top, 'space'), readonly: false, ownerUserId: 'user1' }));
  });

  afterEach(async () => {
    files.close();
    await rm(top, { recursive: true, force: true });
  });

  test('a space is one real directory: not relative, missing, a file, the same, inside or around another or the data directory (interfaces)', async () => {
    await mkdir(join(top, 'data/inner'), { recursive: true });
    await symlink(join(top, 'space'), join(top, 'alias'));
    const paths = [
      'space',
      join(top, 'gone'),
      join(top, 'outside/secret'),
      join(top, 'space'),
      join(top, 'alias'),
      join(top, 'space/a'),
      top,
      join(top, 'data/inner'),
    ];
    for (const path of paths) {
      const refused = await spaces.create({ name: 'Another', path, readonly: false, ownerUserId: 'user1' });
      expect(refused, path).toMatchObject({ ok: false, error: { id: 'badData', details: { key: 'path' } } });
    }
    expect((await spaces.list(null)).filter(({ path }) => path.startsWith(top)).map(({ name }) => name)).toEqual(['My space']);
    expect((await spaces.findByPath(join(top, 'alias')))?.id).toBe(space.id);
    expect(await spaces.create({ name: '/', path: join(top, 'other'), readonly: false, ownerUserId: 'u' })).toMatchObject({
      error: { id: 'badValueName' },
    });
  });

  test('a space without a path gets a directory of its own below the data directory', async () => {
    const made = valueOf(await spaces.create({ name: 'Own one', path: null, readonly: true, ownerUserId: 'user1' }));
    expect(made.path).toBe(join(top, 'data/spaces', made.id));
    expect((await stat(made.path)).isDirectory()).toBe(true);
    expect((await spaces.list([made.id, 'unknown'])).map(({ id }) => id)).toEqual([made.id]);
    expect(await spaces.get(made.id)).toEqual(made);
  });

  test('ids are a function of space and path, have the shape of ids, and resolve once they were handed out', async () => {
    const found = await ref('a/one.txt');
    expect(found.fileId).toBe(fileIdOf(space.id, 'a/one.txt'));
    expect(isFileId(found.fileId)).toBe(true);
    expect(found.fileId).toHaveLength(38);
    expect(await files.resolve(found.fileId)).toEqual(found);
    expect(await files.resolve(fileIdOf(space.id, 'never'))).toBeNull();
    expect(await files.resolve('nonsense')).toBeNull();
    expect(await ref('a/one.txt')).toEqual(found);
  });

  test('attributes are exactly the asked ones, with null for what is not available (schemas §3, data-and-stores §2.4)', async () => {
    const found = await ref('a/one.txt');
    const stats = await stat(join(top, 'space/a/one.txt'));
    const names = [
      'fileId',
      'name',
      'type',
      'size',
      'path',
      'parentFileId',
      'posixPermissions',
      'mtime',
      'displayUid',
      'originProviderId',
      'aggregateQosStatus',
      'xattr.k',
    ];
    expect(valueOf(await files.attributes(found, names))).toEqual({
      fileId: found.fileId,
      name: 'one.txt',
      type: 'REG',
      size: 11,
      path: '/My space/a/one.txt',
      parentFileId: fileIdOf(space.id, 'a'),
      posixPermissions: (stats.mode & 0o7777).toString(8),
      mtime: Math.floor(stats.mtimeMs / 1000),
      displayUid: stats.uid,
      originProviderId: 'provider1',
      aggregateQosStatus: null,
      'xattr.k': null,
    });
    expect(await files.resolve(fileIdOf(space.id, 'a'))).not.toBeNull();
    expect(valueOf(await files.attributes(await ref(''), ['name', 'type', 'path', 'parentFileId']))).toEqual({
      name: 'My space',
      type: 'DIR',
      path: '/My space',
      parentFileId: null,
    });
  });

  test('permissions are octal digits, three of them at least (data-and-stores §2.4)', async () => {
    const found = await ref('a/one.txt');
    for (const [mode, posixPermissions] of [
      [0o7, '007'],
      [0o640, '640'],
      [0o1755, '1755'],
    ] as const) {
      await chmod(join(top, 'space/a/one.txt'), mode);
      expect(valueOf(await files.attributes(found, ['posixPermissions']))).toEqual({ posixPermissions });
    }
  });

  test('a link is SYMLNK and nothing is reachable through it (data-and-stores R5)', async () => {
    expect(valueOf(await files.fileType(await ref('link')))).toBe('SYMLNK');
    expect(valueOf(await files.attributes(await ref('link'), ['symlinkValue']))).toEqual({ symlinkValue: join(top, 'outside') });
    expect(await files.lookup(space.id, 'link/secret')).toMatchObject({ ok: false, error: { id: 'posix' } });
    expect(await readContent(files, await ref('link'), null)).toMatchObject({
      ok: false,
      error: { id: 'posix', details: { errno: 'eloop' } },
    });
    await symlink(join(top, 'outside/secret'), join(top, 'space/direct'));
    expect(await readContent(files, await ref('direct'), null)).toMatchObject({ ok: false });
    expect(await writeContent(files, await ref('direct'), Buffer.from('x'), null)).toMatchObject({ ok: false });
    expect(await readFile(join(top, 'outside/secret'), 'utf8')).toBe('secret');
  });

  test.each(['..', '../outside/secret', 'a/../../outside/secret', './a', 'a//one.txt', '/a', 'a/', 'a/\0'])(
    'the path %j is refused',
    async (path) => {
      expect(await files.lookup(space.id, path)).toEqual({ ok: false, error: posixError('EINVAL') });
    },
  );

  test('a path whose directory became a link after its id was handed out leads nowhere', async () => {
    const found = await ref('a/one.txt');
    await rm(join(top, 'space/a'), { recursive: true });
    await writeFile(join(top, 'outside/one.txt'), 'not yours');
    await symlink(join(top, 'outside'), join(top, 'space/a'));
    expect(await readContent(files, found, null)).toMatchObject({ ok: false, error: { id: 'posix' } });
    expect(await files.attributes(found, ['size'])).toMatchObject({ ok: false, error: { id: 'posix' } });
  });

  test('a removed file is enoent, also among others that are there', async () => {
    const gone = await ref('a/b');
    const there = await ref('a/one.txt');
    await rm(join(top, 'space/a/b'), { recursive: true });
    const found = await files.attributesOfMany([gone, there], ['name']);
    expect(found.get(gone.fileId)).toEqual({ ok: false, error: posixError('ENOENT') });
    expect(found.get(there.fileId)).toEqual({ ok: true, value: { name: 'one.txt' } });
  });

  test('content is read by ranges and written from offsets (lambdas R138)', async () => {
    const found = await ref('a/one.txt');
    const read = async (range: Parameters<typeof readContent>[2]): Promise<string> => {
      const outcome = valueOf(await readContent(files, found, range));
      if (outcome.kind !== 'content') return `unsatisfiable of ${outcome.size}`;
      return `${outcome.content.start}-${outcome.content.end}/${outcome.content.size}:${await text(outcome.content.stream)}`;
    };
    expect(await read(null)).toBe('0-11/11:hello world');
    expect(await read({ first: 6, last: null })).toBe('6-11/11:world');
    expect(await read({ first: 0, last: 4 })).toBe('0-5/11:hello');
    expect(await read({ suffix: 3 })).toBe('8-11/11:rld');
    expect(await read({ first: 11, last: null })).toBe('unsatisfiable of 11');
    valueOf(await writeContent(files, found, Buffer.from('W'), 6));
    expect(await read(null)).toBe('0-11/11:hello World');
    valueOf(await writeContent(files, found, Buffer.from(''), null));
    expect(await read(null)).toBe('0-0/0:');
    expect(boundsOf({ suffix: 5 }, 0)).toBeNull();
    expect(await readContent(files, await ref('a'), null)).toMatchObject({ error: { details: { errno: 'eisdir' } } });
  });

  test('children are created, listed page by page and deleted with everything in them (lambdas §12.2)', async () => {
    const root = await ref('');
    const made = valueOf(await createChild(files, root, { type: 'DIR', name: 'new', mode: 0o750 }));
    for (const name of ['x', 'y', 'z'])
      valueOf(await createChild(files, made, { type: 'REG', name, mode: null, content: Buffer.from(name) }));
    valueOf(await createChild(files, made, { type: 'SYMLNK', name: 'out', target: join(top, 'outside') }));
    expect(await createChild(files, made, { type: 'REG', name: 'x', mode: null, content: Buffer.from('') })).toEqual({
      ok: false,
      error: posixError('EEXIST'),
    });
    for (const name of ['', '..', 'a/b']) {
      expect(await createChild(files, made, { type: 'DIR', name, mode: null })).toEqual({ ok: false, error: posixError('EINVAL') });
    }
    const first = valueOf(await listChildren(files, made, { limit: 3, offset: 0, token: null, attributes: ['name', 'type'] }));
    expect(first.children).toEqual([
      { name: 'out', type: 'SYMLNK' },
      { name: 'x', type: 'REG' },
      { name: 'y', type: 'REG' },
    ]);
    const second = valueOf(await listChildren(files, made, { limit: 3, offset: 0, token: first.nextPageToken, attributes: ['name'] }));
    expect(second).toEqual({ children: [{ name: 'z' }], isLast: true, nextPageToken: null });
    valueOf(await removeEntry(files, base, made));
    expect(await files.fileType(made)).toEqual({ ok: false, error: posixError('ENOENT') });
    expect(await readFile(join(top, 'outside/secret'), 'utf8')).toBe('secret');
    expect(await removeEntry(files, base, made)).toEqual({ ok: false, error: posixError('ENOENT') });
    expect(await removeEntry(files, base, root)).toEqual({ ok: false, error: posixError('EPERM') });
  });

  test('a readonly space answers EROFS to every write (interfaces)', async () => {
    const fixed = valueOf(await spaces.create({ name: 'Fixed', path: join(top, 'other'), readonly: true, ownerUserId: 'user1' }));
    const root = valueOf(await files.lookup(fixed.id, ''));
    const erofs = { ok: false, error: posixError('EROFS') };
    expect(await createChild(files, root, { type: 'DIR', name: 'x', mode: null })).toEqual(erofs);
    expect(await writeContent(files, root, Buffer.from(''), null)).toEqual(erofs);
    expect(await removeEntry(files, base, root)).toEqual(erofs);
    expect(await files.setXattrs(root, { a: 1 })).toEqual(erofs);
    expect(await files.removeXattrs(root, ['a'])).toEqual(erofs);
  });

  test('extended attributes are JSON values that merge, appear as attributes and go with the file (lambdas R139, R113)', async () => {
    const found = await ref('a/one.txt');
    valueOf(await files.setXattrs(found, { md5: 'abc', n: 12, s: '12', o: { x: [1] }, nothing: null }));
    valueOf(await files.setXattrs(found, { n: 13 }));
    const all = { md5: 'abc', n: 13, nothing: null, o: { x: [1] }, s: '12' };
    expect(valueOf(await files.xattrs(found))).toEqual(all);
    expect(valueOf(await files.attributes(found, ['xattr.n', 'xattr.none', 'hasCustomMetadata']))).toEqual({
      'xattr.n': 13,
      'xattr.none': null,
      hasCustomMetadata: true,
    });
    valueOf(await files.removeXattrs(found, ['md5', 'never']));
    expect(Object.keys(valueOf(await files.xattrs(found)))).toEqual(['n', 'nothing', 'o', 's']);
    for (const name of ['onedata_json', 'cdmi_x', 'system.x', ''])
      expect((await files.setXattrs(found, { fine: 1, [name]: 1 })).ok).toBe(false);
    expect(Object.keys(valueOf(await files.xattrs(found)))).not.toContain('fine');
    valueOf(await removeEntry(files, base, found));
    valueOf(await createChild(files, await ref('a'), { type: 'REG', name: 'one.txt', mode: null, content: Buffer.from('') }));
    expect(valueOf(await files.xattrs(found))).toEqual({});
  });

  test('a removed directory takes along the attributes of its content and no others, a removed file only its own (lambdas §12.2)', async () => {
    await writeFile(join(top, 'space/a/one.txt.bak'), '');
    await mkdir(join(top, 'space/a b'));
    for (const path of ['a', 'a/one.txt', 'a/one.txt.bak', 'a/b', 'a b']) valueOf(await files.setXattrs(await ref(path), { kept: path }));
    const left = async (): Promise<string[]> => {
      const named = await Promise.all(
        ['a', 'a/one.txt', 'a/one.txt.bak', 'a/b', 'a b'].map(async (path) => await base.call(readXattrs, { spaceId: space.id, path })),
      );
      return named.flatMap((values) => Object.values(values)).map((value) => JSON.parse(value) as string);
    };
    valueOf(await removeEntry(files, base, await ref('a/one.txt')));
    expect(await left()).toEqual(['a', 'a/one.txt.bak', 'a/b', 'a b']);
    valueOf(await removeEntry(files, base, await ref('a')));
    expect(await left()).toEqual(['a b']);
  });

  test('a space that is deleted takes its ids along and leaves its directory', async () => {
    const found = await ref('a/one.txt');
    valueOf(await spaces.delete(space.id));
    expect(await spaces.get(space.id)).toBeNull();
    expect(await files.resolve(found.fileId)).toBeNull();
    expect(await files.attributes(found, ['name'])).toEqual({ ok: false, error: posixError('ENOENT') });
    expect(await readFile(join(top, 'space/a/one.txt'), 'utf8')).toBe('hello world');
    expect(await spaces.delete(space.id)).toMatchObject({ ok: false, error: { id: 'notFound' } });
  });
});

test('without a working interpreter all extended attributes are in the registry', async () => {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'laneway-xattrs-')));
  await mkdir(join(top, 'space'));
  const base = await database('sqlite');
  const spaces = new Spaces(base, join(top, 'data'));
  for (const pythonCommand of ['/nonexistent/python3', '/bin/false']) {
    const files = new Files({ database: base, spaces, pythonCommand });
    try {
      const found = await spaces.findByPath(join(top, 'space'));
      const space = found ?? valueOf(await spaces.create({ name: 'Space', path: join(top, 'space'), readonly: false, ownerUserId: 'u' }));
      const root = valueOf(await files.lookup(space.id, ''));
      valueOf(await files.setXattrs(root, { key: pythonCommand }));
      expect(valueOf(await files.xattrs(root))).toEqual({ key: pythonCommand });
    } finally {
      files.close();
    }
  }
  await rm(top, { recursive: true, force: true });
});

/** Whether the file system of the tests holds `user.` attributes, asked of the system and not of our code. */
function holdsUserAttributes(): boolean {
  const probe = 'import os,tempfile\nf=tempfile.NamedTemporaryFile()\nos.setxattr(f.name,"user.probe",b"1")';
  try {
    execFileSync('python3', ['-c', probe], { stdio: 'ignore', env: { ...process.env, TMPDIR: tmpdir() } });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!holdsUserAttributes())('extended attributes in the file system', () => {
  test('values are in user. names for programs, and what programs wrote is read back (lambdas §10)', async () => {
    const top = await realpath(await mkdtemp(join(tmpdir(), 'laneway-xattrs-')));
    await mkdir(join(top, 'space'));
    await writeFile(join(top, 'space/f'), '');
    const base = await database('sqlite');
    const spaces = new Spaces(base, join(top, 'data'));
    const files = new Files({ database: base, spaces, pythonCommand: 'python3' });
    try {
      const space = valueOf(await spaces.create({ name: 'Space', path: join(top, 'space'), readonly: false, ownerUserId: 'u' }));
      const found = valueOf(await files.lookup(space.id, 'f'));
      valueOf(await files.setXattrs(found, { text: 'plain', number: 7, likeNumber: '7' }));
      const program =
        'import os,sys,json\np=sys.argv[1]\nos.setxattr(p,"user.theirs",b"\\xff")\nprint(json.dumps([os.getxattr(p,"user."+n).decode() for n in ["text","number","likeNumber"]]))';
      const seen = execFileSync('python3', ['-c', program, join(top, 'space/f')], { encoding: 'utf8' });
      expect(JSON.parse(seen)).toEqual(['plain', '7', '"7"']);
      expect(valueOf(await files.xattrs(found))).toEqual({ text: 'plain', number: 7, likeNumber: '7', theirs: { onedata_base64: '/w==' } });
      const large = 'x'.repeat(100_000);
      valueOf(await files.setXattrs(found, { text: large }));
      expect(valueOf(await files.xattrs(found))['text']).toBe(large);
      valueOf(await files.setXattrs(found, { text: 'small' }));
      valueOf(await files.removeXattrs(found, ['number']));
      expect(valueOf(await files.xattrs(found))).toEqual({ text: 'small', likeNumber: '7', theirs: { onedata_base64: '/w==' } });
    } finally {
      files.close();
      await rm(top, { recursive: true, force: true });
    }
  });

  test('a helper that dies, or hangs, costs the request under way an error and never hides what the file holds', async () => {
    const top = await realpath(await mkdtemp(join(tmpdir(), 'laneway-xattrs-')));
    const [file, pidFile, python] = ['f', 'pid', 'python'].map((name) => join(top, name)) as [string, string, string];
    await writeFile(file, '');
    await writeFile(python, `#!/bin/sh\necho $$ > ${pidFile}\nexec python3 "$@"\n`, { mode: 0o755 });
    const base = await database('sqlite');
    const helper = new XattrHelper(python, { answerWithinMs: 1000 });
    const xattrs = new Xattrs(base, helper);
    const handle = await openFile(file);
    const place = { spaceId: 's', path: 'f', file: handle };
    const stop = async (): Promise<number> => {
      const pid = Number(await readFile(pidFile, 'utf8'));
      process.kill(pid, 'SIGSTOP');
      return pid;
    };
    try {
      await xattrs.write(place, { held: 1 });
      const pid = await stop();
      const reading = xattrs.read(place);
      const writing = xattrs.write(place, { held: 2 });
      process.kill(pid, 'SIGKILL');
      await expect(reading).rejects.toMatchObject({ code: 'EIO' });
      await expect(writing).rejects.toMatchObject({ code: 'EIO' });
      expect(await xattrs.read(place)).toEqual({ held: 1 });
      await stop();
      await expect(xattrs.read(place)).rejects.toMatchObject({ code: 'EIO' });
      await xattrs.write(place, { held: 3 });
      expect(await xattrs.read(place)).toEqual({ held: 3 });
      expect(await base.call(readXattrs, { spaceId: 's', path: 'f' })).toEqual({});
    } finally {
      helper.close();
      await handle.close();
      await rm(top, { recursive: true, force: true });
    }
  });
});
