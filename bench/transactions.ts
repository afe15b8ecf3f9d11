/**
 * What a run costs the database: transactions by verb, for a million items, counted on fewer of them, and the rows that stay. The
 * lambda does nothing, so that commits come as fast as they can. Usage: node bench/transactions.ts [items] [batch size]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database, type VerbClass } from '@laneway/engine';
import { perItem } from '../test/support/in-process-runtime.ts';
import { schedule, startTestEngine, waitForEnd } from '../test/support/test-engine.ts';
import { rowCounts } from './store-verbs.ts';

const itemCount = Number(process.argv[2] ?? 100_000);
const batchSize = Number(process.argv[3] ?? 100);

interface Counted {
  readonly verbClass: VerbClass;
  calls: number;
}

/** Passes everything on and counts it. */
function counting(database: Database, counts: Map<string, Counted>): Database {
  return {
    dialect: database.dialect,
    call: async (verb, params) => {
      const counted = counts.get(verb.name) ?? { verbClass: verb.class, calls: 0 };
      counts.set(verb.name, counted);
      counted.calls += 1;
      return await database.call(verb, params);
    },
    close: async () => await database.close(),
  };
}

const directory = mkdtempSync(join(tmpdir(), 'laneway-bench-'));
const verbModules = [new URL('./store-verbs.ts', import.meta.url).href];
const database = await openDatabase({ kind: 'file', path: join(directory, 'laneway.sqlite'), verbModules });
const counts = new Map<string, Counted>();
const kind = {
  name: 'sqlite' as const,
  open: async () => await Promise.resolve({ database: counting(database, counts), close: async () => await database.close() }),
};
const test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) });
try {
  const input = { type: 'range', content: { start: 0, end: itemCount, step: 1 } } as const;
  const before = await database.call(rowCounts, null);
  const startedAt = performance.now();
  const executionId = await schedule(test, { lanes: [[['echo']]], input, batchSize });
  const view = await waitForEnd(test, executionId, 300_000);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await database.call(rowCounts, null);
  const million = (count: number): string => Math.round((count * 1_000_000) / itemCount).toLocaleString('en');
  const lines = [
    `${itemCount} items, batches of ${batchSize}, ${view.execution.status} after ${seconds.toFixed(1)} s; for a million items:`,
  ];
  for (const verbClass of ['control', 'data', 'read'] as const) {
    const own = [...counts].filter(([, counted]) => counted.verbClass === verbClass);
    const sum = own.reduce((total, [, { calls }]) => total + calls, 0);
    const most = own.toSorted(([, a], [, b]) => b.calls - a.calls).slice(0, 4);
    lines.push(
      `${verbClass.padEnd(8)} ${million(sum)} transactions: ${most.map(([name, { calls }]) => `${name} ${million(calls)}`).join(', ')}`,
    );
  }
  const rows = Object.entries(after).map(([table, count]) => [table, count - (before[table] ?? 0)] as const);
  lines.push(`rows that stay, of these items: ${rows.flatMap(([table, count]) => (count > 0 ? [`${table} ${count}`] : [])).join(', ')}`);
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  await test.close();
  rmSync(directory, { recursive: true, force: true });
}
