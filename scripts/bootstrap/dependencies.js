/** Are the installed packages those of package-lock.json? If not, `npm ci`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return undefined;
  }
}

function fitsMachine(entry, platform, arch) {
  const allows = (list, name) => list === undefined || (list.includes(name) && !list.includes(`!${name}`));
  return allows(entry.os, platform) && allows(entry.cpu, arch);
}

/**
 * Names the first locked package that is missing or of another version, or undefined when all are there. Optional packages
 * may be missing, except those of this machine that we ask for ourselves (the pinned Node, the test database).
 */
export function firstDifference(locked, installed, { platform = process.platform, arch = process.arch } = {}) {
  const ours = Object.keys(locked['']?.optionalDependencies ?? {}).map((name) => `node_modules/${name}`);
  for (const [path, entry] of Object.entries(locked)) {
    if (!path.startsWith('node_modules/')) continue;
    const there = installed[path];
    if (there === undefined) {
      const needed = entry.optional !== true || (ours.includes(path) && fitsMachine(entry, platform, arch));
      if (needed) return path;
    } else if (there.version !== entry.version || there.integrity !== entry.integrity) {
      return path;
    }
  }
  return undefined;
}

/** Runs `npm ci` when the lock file and the installed packages differ; throws an Error for people. */
export function installDependencies(root) {
  const locked = readPackages(join(root, 'package-lock.json'));
  if (locked === undefined) throw new Error('package-lock.json cannot be read');
  const installed = readPackages(join(root, 'node_modules/.package-lock.json'));
  const difference = installed === undefined ? 'node_modules' : firstDifference(locked, installed);
  if (difference === undefined) return;
  process.stderr.write(`laneway: installing packages (${difference} is missing or out of date)\n`);
  const npm = process.env.npm_execpath;
  const [file, prefix] = npm !== undefined && existsSync(npm) ? [process.execPath, [npm]] : ['npm', []];
  // Only errors: npm warns of the Node that started us, which is not the one that everything runs on.
  const result = spawnSync(file, [...prefix, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) {
    throw new Error(
      '"npm ci" failed (see above). It needs the package registry: connect this machine to it, or copy node_modules from one that is.',
    );
  }
}
