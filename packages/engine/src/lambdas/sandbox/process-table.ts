/** A look at the machine's processes: who descends from whom, who carries a runner's cookie. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessInfo {
  readonly pid: number;
  readonly parentPid: number;
  readonly residentBytes: number;
}

/** Variable that marks every process of one runner. */
export const COOKIE_VARIABLE = 'LANEWAY_RUNNER_COOKIE';

const PAGE_BYTES = 4096;

/** Processes that still run; ended ones waiting to be collected are left out. */
export function readProcessTable(): readonly ProcessInfo[] {
  return readdirSync('/proc').flatMap((name) => {
    const info = /^\d+$/.test(name) ? readProcess(Number(name)) : null;
    return info === null ? [] : [info];
  });
}

export function isRunning(pid: number): boolean {
  return readProcess(pid) !== null;
}

/** The process and everything below it, as far as parents are still known. */
export function treeOf(table: readonly ProcessInfo[], rootPid: number): readonly ProcessInfo[] {
  const children = Map.groupBy(table, (info) => info.parentPid);
  const found = table.filter((info) => info.pid === rootPid);
  for (let index = 0; index < found.length; index += 1) {
    const parent = found[index];
    if (parent !== undefined) {
      found.push(...(children.get(parent.pid) ?? []));
    }
  }
  return found;
}

/** Value of the cookie in the environment that the process was started with. */
function cookieOf(pid: number): string | null {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    return new RegExp(`(?:^|\\0)${COOKIE_VARIABLE}=([^\\0]*)`).exec(environment)?.[1] ?? null;
  } catch {
    // It ended, or belongs to somebody else.
    return null;
  }
}

export interface MarkedProcess extends ProcessInfo {
  readonly cookie: string | null;
}

let nextLook: Promise<readonly MarkedProcess[]> | null = null;

/** The processes as they are after this call. Whoever asks in the same turn shares one look: it costs the thread milliseconds. */
export async function lookAtProcesses(): Promise<readonly MarkedProcess[]> {
  nextLook ??= look();
  return await nextLook;
}

async function look(): Promise<readonly MarkedProcess[]> {
  await new Promise((resolve) => setImmediate(resolve));
  nextLook = null;
  return readProcessTable().map((info) => ({ ...info, cookie: cookieOf(info.pid) }));
}

function readProcess(pid: number): ProcessInfo | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may contain anything; fields are counted after its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    return state === 'Z' || state === 'X' ? null : { pid, parentPid: Number(fields[1]), residentBytes: Number(fields[21]) * PAGE_BYTES };
  } catch {
    return null;
  }
}
