/** What a server process holds: by the kernel, and by its own threads after their garbage was collected. */
import { existsSync, readFileSync, rmSync } from 'node:fs';

/** Bytes of one thread. */
export interface ThreadMemory {
  readonly threadId: number;
  readonly heap: number;
  /** What the machine has given for the heap, used or not. */
  readonly committed: number;
  /** By the engine of JavaScript for itself. */
  readonly malloced: number;
  readonly external: number;
  readonly arrayBuffers: number;
}

/** Megabytes. */
export interface Memory {
  readonly resident: number;
  /** Of the resident ones those that are no pages of files. */
  readonly anonymous: number;
  /** JavaScript heap of the main thread, and of the others together. */
  readonly heap: number;
  readonly otherHeaps: number;
  /** Of all heaps. */
  readonly committed: number;
  readonly external: number;
}

const answerTimeoutMs = 30_000;
const megabyte = 1024 * 1024;

export function fromKernel(pid: number): Pick<Memory, 'resident' | 'anonymous'> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  const of = (field: string): number => Number(/\d+/.exec(lines.find((line) => line.startsWith(`${field}:`)) ?? '')?.[0] ?? 0) / 1024;
  return { resident: of('VmRSS'), anonymous: of('RssAnon') };
}

/** Lets the probe in the process collect its garbage and write what is left into the file. */
export async function measured(pid: number, file: string): Promise<Memory> {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  const deadline = performance.now() + answerTimeoutMs;
  while (!existsSync(file)) {
    if (performance.now() > deadline) throw new Error('the server does not tell what it holds');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const threads = JSON.parse(readFileSync(file, 'utf8')) as readonly ThreadMemory[];
  const sum = (of: readonly ThreadMemory[], what: 'heap' | 'committed' | 'malloced' | 'external'): number =>
    of.reduce((all, one) => all + one[what], 0) / megabyte;
  return {
    ...fromKernel(pid),
    heap: sum(threads.slice(0, 1), 'heap'),
    otherHeaps: sum(threads.slice(1), 'heap'),
    committed: sum(threads, 'committed') + sum(threads, 'malloced'),
    external: sum(threads, 'external'),
  };
}

export function shown(memory: Memory): string {
  const mb = (value: number): string => String(Math.round(value));
  const { resident, anonymous, heap, otherHeaps, committed, external } = memory;
  return `${mb(resident)} MB resident (${mb(anonymous)} anonymous), ${heap.toFixed(1)} + ${otherHeaps.toFixed(1)} MB heap of ${mb(committed)} MB committed, ${mb(external)} MB external`;
}
