/**
 * Numbered plain-SQL migrations, each applied in one transaction with its ledger row first. A file whose
 * first line is `-- breaking` makes older programs refuse the database; a database with a breaking
 * migration that this program does not know is refused (design §5).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { defineVerb, type SqlTransaction } from './sql.ts';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly breaking: boolean;
}

const directory = new URL('./migrations/', import.meta.url);

export function readMigrations(): readonly Migration[] {
  return readdirSync(directory)
    .filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name))
    .toSorted()
    .map((name) => {
      const sql = readFileSync(new URL(name, directory), 'utf8');
      return { number: Number(name.slice(0, 4)), name, sql, breaking: sql.startsWith('-- breaking') };
    });
}

/** Statements of a migration file: separated by a semicolon at the end of a line, comments dropped. */
function statementsOf(sql: string): string[] {
  return sql
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('--'))
    .join('\n')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

async function lockLedger(tx: SqlTransaction): Promise<void> {
  // Two nodes that start at the same moment must not both migrate.
  if (tx.dialect.name === 'postgres') await tx.all('select pg_advisory_xact_lock(7263019)');
  await tx.run(
    'create table if not exists migration (number integer primary key, name text not null, breaking integer not null, applied_at bigint not null)',
  );
}

export const migrate = defineVerb('migrate', 'control', async (tx, _params: null): Promise<{ readonly applied: number }> => {
  await lockLedger(tx);
  const known = readMigrations();
  const rows = await tx.all<{ number: number; name: string; breaking: number }>('select number, name, breaking from migration');
  const unknown = rows.find((row) => row.breaking === 1 && !known.some((migration) => migration.number === row.number));
  if (unknown !== undefined) {
    throw new Error(
      `the database was changed by a newer version (${unknown.name}) that this one cannot work with: start the newer version`,
    );
  }
  const done = new Set(rows.map((row) => row.number));
  let applied = 0;
  for (const migration of known) {
    if (done.has(migration.number)) continue;
    await tx.run('insert into migration (number, name, breaking, applied_at) values (?, ?, ?, ?)', [
      migration.number,
      migration.name,
      migration.breaking ? 1 : 0,
      await tx.now(),
    ]);
    for (const statement of statementsOf(migration.sql)) await tx.run(statement);
    applied += 1;
  }
  return { applied };
});
