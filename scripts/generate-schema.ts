/** Writes docs/reference/schema.sql, what the migrations result in; `--check` fails when it is out of date. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { defineVerb, openDatabase } from '@laneway/engine';

const file = new URL('../docs/reference/schema.sql', import.meta.url);

const readSchema = defineVerb('readSchema', 'read', async (tx, _params: null) => {
  const rows = await tx.all<{ sql: string }>(
    "select sql from sqlite_master where sql is not null and name not like 'sqlite_%' order by tbl_name, type desc, name",
  );
  return rows.map((row) => `${row.sql};`).join('\n\n');
});

const database = await openDatabase({ kind: 'memory' });
const text = `-- Every table and index of a database, as the migrations leave it. The same on SQLite and PostgreSQL.\n\n${await database.call(readSchema, null)}\n`;
await database.close();
if (process.argv.includes('--check')) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    process.stderr.write('docs/reference/schema.sql is out of date: run "npm run generate"\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, text);
}
