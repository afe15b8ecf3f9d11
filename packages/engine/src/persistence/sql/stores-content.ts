/** Contents of singleValue and range stores: one JSON text in its stored form; no row means not set. */
import { compareTexts } from '../../stores/fold-measurements.ts';
import type { SqlTransaction } from '../sql.ts';
import { rows } from './placeholders.ts';

export interface NewContent {
  readonly content: string;
  /** Where it comes from (see stores/lineage-text.ts); null = no result wrote it. */
  readonly lineage: string | null;
}

/** Store id → content, in one statement sorted by id. */
export async function writeContents(tx: SqlTransaction, contents: ReadonlyMap<string, NewContent>): Promise<void> {
  const sorted = [...contents].sort(([a], [b]) => compareTexts(a, b));
  await tx.run(
    `insert into store_content (store_id, content, lineage) values ${rows(sorted.length, 3)}
     on conflict (store_id) do update set content = excluded.content, lineage = excluded.lineage`,
    sorted.flatMap(([storeId, { content, lineage }]) => [storeId, content, lineage]),
  );
}

/** JSON text of the content, null when it was never set. */
export async function readContent(tx: SqlTransaction, storeId: string): Promise<string | null> {
  const row = await tx.get<{ content: string }>('select content from store_content where store_id = ?', [storeId]);
  return row?.content ?? null;
}
