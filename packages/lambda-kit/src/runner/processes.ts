/** Finding and ending what a JavaScript runner and its handler started. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** True only when this is certainly not the namespace of the node, given as `pid:[…]`. */
export function isOtherPidNamespace(host: string): boolean {
  try {
    const own = readlinkSync('/proc/self/ns/pid');
    return host !== '' && own.startsWith('pid:[') && own !== host;
  } catch {
    return false;
  }
}

/** Every process of our own PID namespace but its first and this one; only for an isolated runner. */
export function signalNamespace(signal: 'SIGTERM' | 'SIGKILL'): void {
  for (let round = 0; round < 100; round += 1) {
    const pids = otherPids().filter((pid) => !isZombie(pid));
    for (const pid of pids) {
      signalQuietly(pid, signal);
    }
    if (pids.length === 0 || signal === 'SIGTERM') {
      return;
    }
  }
}

function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return true;
  }
}

/** Without a namespace: ends the processes whose environment carries the runner's cookie. */
export function killMarked(cookie: string): void {
  const marker = `LANEWAY_RUNNER_COOKIE=${cookie}`;
  for (const pid of otherPids()) {
    try {
      if (readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(marker)) {
        signalQuietly(pid, 'SIGKILL');
      }
    } catch {
      // It ended, or belongs to somebody else.
    }
  }
}

function otherPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== 1 && pid !== process.pid);
}

function signalQuietly(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}
