import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { takeDataDirectory } from './data-directory.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'laneway-lock-'));
  directories.push(directory);
  return directory;
}

/** Takes the directory in another process and prints what it got. */
function takeElsewhere(path: string): string {
  const program = `import { takeDataDirectory } from ${JSON.stringify(new URL('./data-directory.ts', import.meta.url).href)};
    const outcome = takeDataDirectory(${JSON.stringify(path)});
    console.log(outcome.kind === 'owned' ? 'owned ' + outcome.directory.nodeId : 'taken ' + outcome.pid);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return stdout.trim();
}

describe('a data directory', () => {
  it('is refused to a second process, which learns the pid of the first', () => {
    const path = newDirectory();
    const first = takeDataDirectory(path);
    expect(first.kind).toBe('owned');
    expect(takeElsewhere(path)).toBe(`taken ${process.pid}`);
    if (first.kind === 'owned') first.directory.release();
  });

  it('is free again when its owner released it or died, and keeps its node id', () => {
    const path = newDirectory();
    const dead = takeElsewhere(path);
    const first = takeDataDirectory(path);
    if (first.kind !== 'owned') throw new Error('not owned');
    expect(dead).toBe(`owned ${first.directory.nodeId}`);
    first.directory.release();
    expect(takeElsewhere(path)).toBe(dead);
  });
});
