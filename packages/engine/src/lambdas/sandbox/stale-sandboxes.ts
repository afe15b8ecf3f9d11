/**
 * Sandboxes that a killed server left. bwrap's own --die-with-parent has a gap: its child waits for it before it asks for the
 * parent's death signal, so a bwrap that dies in between leaves a child that waits for ever, before it runs anything.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Kills every bwrap that binds something below the directory, and returns their pids. Only for whoever owns the directory and has
 * started nothing there yet.
 */
export function endStaleSandboxes(directory: string): readonly number[] {
  const stale = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) && isBwrapOf(name, directory) ? [Number(name)] : []));
  for (const pid of stale) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  return stale;
}

function isBwrapOf(pid: string, directory: string): boolean {
  try {
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return basename(program) === 'bwrap' && args.some((arg) => arg.startsWith(`${directory}/`));
  } catch {
    return false;
  }
}
