/** Verbs that only the suites of the extensions have; the store worker thread of a test loads them from here. */
import { defineVerb } from '@laneway/engine';
import { rows } from '../src/persistence/sql/placeholders.ts';
import type { Sql } from '../src/persistence/sql/execution-filter.ts';

const phaseOfStatus = { interrupted: 'suspended', paused: 'suspended', finished: 'ended', failed: 'ended' } as const;

/** Many rows of executions, without anything that belongs to them; every hundredth is failed, few are suspended. */
export const seedExecutions = defineVerb(
  'suiteSeedExecutions',
  'control',
  async (tx, params: { readonly spaceId: string; readonly count: number; readonly firstNumber: number }) => {
    const atOnce = 200;
    for (let from = 0; from < params.count; from += atOnce) {
      const numbers = Array.from({ length: Math.min(atOnce, params.count - from) }, (_, offset) => params.firstNumber + from + offset);
      const executions = numbers.map((number) => {
        const status = number % 1000 === 0 ? 'interrupted' : number % 500 === 1 ? 'paused' : number % 100 === 0 ? 'failed' : 'finished';
        const id = `seed${String(number).padStart(28, '0')}`;
        const time = 1_700_000_000 + number;
        const phase = phaseOfStatus[status];
        return { id, number, status, phase, time, index: `${9_999_999_999 - time}${id}` };
      });
      await tx.run(
        `insert into execution (id, space_id, atm_inventory_id, atm_workflow_schema_id, user_id, name, revision_number, status, phase,
         phase_index, schedule_time, start_time, suspend_time, finish_time, version, document, labels, created_at)
         values ${rows(executions.length, 18)}`,
        executions.flatMap(({ id, number, status, phase, time, index }) => [
          id,
          params.spaceId,
          number % 3 === 0 ? 'hidden' : 'inventory',
          `schema${number % 50}`,
          `user${number % 200}`,
          'seed',
          1,
          status,
          phase,
          index,
          time,
          time,
          time,
          time,
          1,
          '{}',
          null,
          time * 1000,
        ]),
      );
      await tx.run(
        `insert into execution_label (execution_id, name, value, space_id, created_at, phase, phase_index) values ${rows(executions.length, 7)}`,
        executions.flatMap(({ id, number, phase, time, index }) => [
          id,
          'batch',
          `b${number % 20}`,
          params.spaceId,
          time * 1000,
          phase,
          index,
        ]),
      );
    }
  },
);

export const analyze = defineVerb('suiteAnalyze', 'control', async (tx, _params: null) => {
  if (tx.dialect.name === 'postgres') await tx.run('analyze');
});

/** The plan of a statement, one line after the other. */
export const explain = defineVerb('suiteExplain', 'control', async (tx, { text, values }: Sql): Promise<string> => {
  if (tx.dialect.name === 'postgres') {
    // Whether an index serves the statement, not whether it pays for so few rows.
    await tx.run('set local enable_seqscan = off');
    const found = await tx.all<Record<string, string>>(`explain ${text}`, values);
    return found.map((row) => Object.values(row)[0]).join('\n');
  }
  const found = await tx.all<{ detail: string }>(`explain query plan ${text}`, values);
  return found.map((row) => row.detail).join('\n');
});

/** Makes an execution look as if it had been suspended or had ended that many seconds earlier. */
export const age = defineVerb('suiteAge', 'control', async (tx, params: { readonly executionId: string; readonly seconds: number }) => {
  await tx.run('update execution set suspend_time = suspend_time - ?, finish_time = finish_time - ? where id = ?', [
    params.seconds,
    params.seconds,
    params.executionId,
  ]);
});

/** Tables and how many of their rows hold one of the texts, in whatever column. */
export const mentions = defineVerb(
  'suiteMentions',
  'control',
  async (tx, params: { readonly texts: readonly string[] }): Promise<Readonly<Record<string, number>>> => {
    const columns =
      tx.dialect.name === 'postgres'
        ? await tx.all<{ table_name: string; column_name: string }>(
            `select table_name, column_name from information_schema.columns where table_schema = 'public'`,
          )
        : await tx.all<{ table_name: string; column_name: string }>(
            `select m.name as table_name, c.name as column_name from sqlite_master m, pragma_table_info(m.name) c
             where m.type = 'table' and m.name not like 'sqlite_%'`,
          );
    const found: Record<string, number> = {};
    for (const [table, own] of Map.groupBy(columns, (column) => column.table_name)) {
      const any = own.flatMap(({ column_name: column }) => params.texts.map(() => `cast(${column} as text) like ?`)).join(' or ');
      const row = await tx.get<{ count: number }>(
        `select count(*) as count from ${table} where ${any}`,
        own.flatMap(() => params.texts.map((text) => `%${text}%`)),
      );
      if (row !== undefined && row.count > 0) found[table] = row.count;
    }
    return found;
  },
);

export const verbs = [seedExecutions, analyze, explain, age, mentions];
