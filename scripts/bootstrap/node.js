/** Which Node runs Laneway: the pinned one where it is installed, else the one that runs us, if it is new enough. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const oldestMajor = 24;

export function isNewEnough(version) {
  return Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0) >= oldestMajor;
}

/** Returns the path of a Node that can run TypeScript from source; throws an Error for people. */
export function chooseNode(root, { execPath = process.execPath, version = process.version } = {}) {
  const pinned = join(root, 'node_modules/.bin/node');
  if (existsSync(pinned)) {
    const answer = spawnSync(pinned, ['--version'], { encoding: 'utf8' });
    if (answer.status === 0 && isNewEnough(answer.stdout.trim())) return pinned;
  }
  if (isNewEnough(version)) return execPath;
  throw new Error(
    `Laneway needs Node ${oldestMajor} or newer and this is ${version}. On Linux x64 it comes with "npm ci"; elsewhere install it from https://nodejs.org`,
  );
}
