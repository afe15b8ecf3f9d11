/**
 * Initial content that is too much for one transaction: it is written in pieces before the execution exists, so
 * that commands and leases never wait for it. A timer of the first piece cleans up if the last step never comes.
 */
import { ok, type Result } from '@laneway/model';
import type { UploadedItemsConverter } from '../mapping/uploaded-items.ts';
import { beginCreation, extendCreation, purgeCreation } from '../persistence/sql/creations.ts';
import type { NewStore } from '../persistence/sql/stores.ts';
import type { Database } from '../persistence/sql.ts';
import type { Piece } from '../stores/chunks.ts';
import { copyUpload, type FoundUpload } from './uploaded-content.ts';

/** What one transaction may take: some tens of milliseconds. */
const maxPiecesAtOnce = 20;

/** How long an unfinished creation is left alone; its writer is given up then. */
const abandonedAfterMs = 10 * 60 * 1000;

export interface LargeContent {
  readonly executionId: string;
  readonly stores: readonly NewStore[];
  /** Store schema id → upload that the store begins with. */
  readonly uploads: ReadonlyMap<string, FoundUpload>;
  readonly spaceId: string;
  readonly userId: string;
  readonly logLevel: number;
  readonly convert: UploadedItemsConverter;
}

/** Writes the stores if their content is large or uploaded; false = they go with the execution, in one transaction. Nothing is left of what is refused. */
export async function prepareLargeContent(database: Database, content: LargeContent): Promise<Result<boolean>> {
  const { executionId, stores, uploads } = content;
  const pieceCount = stores
    .flatMap((store) => store.writes ?? [])
    .reduce((sum, write) => sum + (write.kind === 'pieces' ? write.pieces.length : 0), 0);
  if (pieceCount <= maxPiecesAtOnce && uploads.size === 0) return ok(false);
  const empty = stores.map((store) => ({ ...store, writes: store.writes?.filter((write) => write.kind !== 'pieces') ?? [] }));
  await database.call(beginCreation, { executionId, stores: empty, abandonedAfterMs });
  const copied = await copyUploads(database, content);
  if (!copied.ok) {
    await discardContent(database, executionId);
    return copied;
  }
  for (const store of stores) {
    for (const write of store.writes ?? []) {
      if (write.kind !== 'pieces') continue;
      for (const pieces of groupsOf(write.pieces))
        await database.call(extendCreation, { executionId, write: { ...write, pieces }, abandonedAfterMs });
    }
  }
  return ok(true);
}

async function copyUploads(database: Database, content: LargeContent): Promise<Result<void>> {
  const { executionId, spaceId, userId, logLevel, convert } = content;
  for (const store of content.stores) {
    const upload = store.taskId === null ? content.uploads.get(store.schemaId) : undefined;
    if (upload === undefined) continue;
    const copy = { executionId, storeId: store.id, upload, spaceId, userId, logLevel, abandonedAfterMs };
    const copied = await copyUpload(database, convert, copy);
    if (!copied.ok) return copied;
  }
  return ok(undefined);
}

/** The execution will not come. What cannot be removed now goes with the timer. */
export async function discardContent(database: Database, executionId: string): Promise<void> {
  try {
    while (!(await database.call(purgeCreation, { executionId })));
  } catch {
    // Whoever scheduled is answered all the same.
  }
}

function* groupsOf(pieces: readonly Piece[]): Generator<readonly Piece[]> {
  for (let from = 0; from < pieces.length; from += maxPiecesAtOnce) yield pieces.slice(from, from + maxPiecesAtOnce);
}
