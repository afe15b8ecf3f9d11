/**
 * Initial content that is too much for one transaction: it is written in pieces before the execution exists, so
 * that commands and leases never wait for it. A timer of the first piece cleans up if the last step never comes.
 */
import { beginCreation, extendCreation } from '../persistence/sql/creations.ts';
import type { NewStore } from '../persistence/sql/stores.ts';
import type { Database } from '../persistence/sql.ts';
import type { Piece } from '../stores/chunks.ts';

/** What one transaction may take: some tens of milliseconds. */
const maxPiecesAtOnce = 20;

/** How long an unfinished creation is left alone; its writer is given up then. */
const abandonedAfterMs = 10 * 60 * 1000;

/** Writes the stores if their content is large; false = they go with the execution, in one transaction. */
export async function prepareLargeContent(database: Database, executionId: string, stores: readonly NewStore[]): Promise<boolean> {
  const pieceCount = stores
    .flatMap((store) => store.writes ?? [])
    .reduce((sum, write) => sum + (write.kind === 'pieces' ? write.pieces.length : 0), 0);
  if (pieceCount <= maxPiecesAtOnce) return false;
  const empty = stores.map((store) => ({ ...store, writes: store.writes?.filter((write) => write.kind !== 'pieces') ?? [] }));
  await database.call(beginCreation, { executionId, stores: empty, abandonedAfterMs });
  for (const store of stores) {
    for (const write of store.writes ?? []) {
      if (write.kind !== 'pieces') continue;
      for (const pieces of groupsOf(write.pieces))
        await database.call(extendCreation, { executionId, write: { ...write, pieces }, abandonedAfterMs });
    }
  }
  return true;
}

function* groupsOf(pieces: readonly Piece[]): Generator<readonly Piece[]> {
  for (let from = 0; from < pieces.length; from += maxPiecesAtOnce) yield pieces.slice(from, from + maxPiecesAtOnce);
}
