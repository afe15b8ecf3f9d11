/**
 * A walk through one directory of very many files: how long it takes, and how long the thread it runs in keeps others waiting,
 * beside an idle thread; three times. Usage: node bench/tree-walk.ts [files]
 */
import { closeSync, linkSync, mkdtempSync, openSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { TreeWalk, walkStart } from '../packages/engine/src/files/tree-walk.ts';

const fileCount = Number(process.argv[2] ?? 1_000_000);
/** A file system bounds how many names one file may have. */
const namesOfOneFile = 50_000;
const itemsOfStep = 1000;
const rounds = 3;
const idleMs = 4000;

const path = realpathSync(mkdtempSync(join(tmpdir(), 'laneway-bench-')));

function makeFiles(): void {
  let source = '';
  for (let index = 0; index < fileCount; index += 1) {
    const file = join(path, `file-${index}.dat`);
    if (index % namesOfOneFile === 0) closeSync(openSync((source = file), 'wx'));
    else linkSync(source, file);
  }
}

async function walk(): Promise<number> {
  const space = { id: 'space', path };
  const tree = new TreeWalk({ space, roots: [{ spaceId: 'space', path: '' }], position: walkStart, fileType: 'ANY' });
  for (let count = 0; ;) {
    const { items, done } = await tree.next(itemsOfStep);
    count += items.length;
    if (done) return count;
    // As between two steps of the engine, which writes them down.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Milliseconds of the work, and the longest that its thread kept others waiting. */
async function delaysOf(work: () => Promise<unknown>): Promise<{ readonly tookMs: number; readonly text: string }> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const startedAt = performance.now();
  await work();
  const tookMs = performance.now() - startedAt;
  const text = `99th percentile ${(delays.percentile(99) / 1e6).toFixed(1)}, maximum ${(delays.max / 1e6).toFixed(1)} ms`;
  return { tookMs, text };
}

try {
  makeFiles();
  for (let round = 0; round < rounds; round += 1) {
    let count = 0;
    const idle = await delaysOf(async () => await new Promise((resolve) => setTimeout(resolve, idleMs)));
    const walking = await delaysOf(async () => (count = await walk()));
    const lines = [
      `walked    ${count} entries in ${(walking.tookMs / 1000).toFixed(1)} s, ${Math.round((count * 1000) / walking.tookMs)} entries/s`,
      `delays    ${walking.text} (idle: ${idle.text})`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
} finally {
  rmSync(path, { recursive: true, force: true });
}
