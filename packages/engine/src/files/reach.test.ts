/** Whether a space can be used at the moment (rest §5.2 row 5). */
import { mkdir, mkdtemp, realpath, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { posixError } from '@laneway/model';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openDatabase } from '../persistence/database.ts';
import type { Database } from '../persistence/sql.ts';
import { Files } from './files.ts';
import { Spaces } from './spaces.ts';

let top: string;
let database: Database;
let files: Files;
let spaceId: string;

beforeEach(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'laneway-reach-')));
  await mkdir(join(top, 'space'));
  database = await openDatabase({ kind: 'memory' });
  const spaces = new Spaces(database, join(top, 'data'));
  files = new Files({ database, spaces, pythonCommand: null });
  const space = await spaces.create({ name: 'space', path: join(top, 'space'), readonly: false, ownerUserId: 'user' });
  if (!space.ok) throw new Error(space.error.description);
  spaceId = space.value.id;
});
afterEach(async () => {
  files.close();
  await database.close();
  await rm(top, { recursive: true });
});

const refusal = async (): Promise<unknown> => {
  const reached = await files.reach(spaceId);
  return reached.ok ? null : reached.error;
};

it('a space is within reach while its directory is where it was registered (rest §5.2 row 5)', async () => {
  expect(await refusal()).toBeNull();
  await rename(join(top, 'space'), join(top, 'away'));
  expect(await refusal()).toMatchObject({ id: 'serviceUnavailable' });
  await symlink(join(top, 'away'), join(top, 'space'));
  expect(await refusal()).toMatchObject({ id: 'serviceUnavailable' });
  await rm(join(top, 'space'));
  await rename(join(top, 'away'), join(top, 'space'));
  expect(await refusal()).toBeNull();
});

it.each([
  ['EACCES', 'posix'],
  ['EPERM', 'posix'],
  ['ENOENT', 'serviceUnavailable'],
  ['EIO', 'serviceUnavailable'],
  ['ESTALE', 'serviceUnavailable'],
  ['ENOTCONN', 'serviceUnavailable'],
])('%s is told as %s: only what is forbidden is told as such (rest §5.2 row 5)', async (errno, id) => {
  vi.spyOn(files, 'inSpace').mockResolvedValueOnce({ ok: false, error: posixError(errno) });
  expect(await refusal()).toMatchObject({ id });
});
