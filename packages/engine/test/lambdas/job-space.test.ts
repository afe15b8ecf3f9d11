/** What a lambda leaves behind must not reach the next job, nor keep it from running. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JobSpace } from '../../src/lambdas/local/job-space.ts';

const isRoot = process.geteuid?.() === 0;
let directory: string;

beforeEach(() => {
  // Root may enter everything: the test is somebody else.
  if (isRoot) process.seteuid?.(65534);
  directory = mkdtempSync(join(tmpdir(), 'laneway-job-space-'));
});
afterEach(() => {
  if (isRoot) process.seteuid?.(0);
  rmSync(directory, { recursive: true, force: true });
});

async function spaceWithClosedDirectory(): Promise<JobSpace> {
  const space = new JobSpace(join(directory, 'runner'), '/space');
  await space.create(null, null);
  const closed = join(space.tmp, 'closed/below');
  mkdirSync(closed, { recursive: true });
  writeFileSync(join(closed, 'file'), 'left');
  chmodSync(closed, 0);
  chmodSync(join(space.tmp, 'closed'), 0);
  return space;
}

test('directories that nobody may enter are emptied before the next job', async () => {
  const space = await spaceWithClosedDirectory();
  await space.prepare([]);
  expect(readdirSync(space.tmp)).toEqual([]);
});

test('directories that nobody may enter are removed with their runner', async () => {
  const space = await spaceWithClosedDirectory();
  await space.remove();
  expect(existsSync(join(directory, 'runner'))).toBe(false);
});
