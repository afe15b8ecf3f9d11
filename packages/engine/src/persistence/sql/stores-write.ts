/**
 * Applying a commit's store writes: the last thing a transaction does, and done once per transaction.
 *
 * Lock order (design §4): time series, then contents of singleValue and range stores, then tails, each sorted. Two calls
 * in one transaction would take locks of an earlier class after those of a later one.
 */
import { encodeOrigins } from '../../stores/lineage-text.ts';
import { cutIntoPieces, logLine, mergePieces, type Piece } from '../../stores/chunks.ts';
import { compareTexts } from '../../stores/fold-measurements.ts';
import { defaultLogLimits, type LogLimits } from '../../stores/limits.ts';
import { refusalNotes, type Refusal } from '../../stores/refusal-notes.ts';
import type { LogWrite, MeasureWrite, StoreWrite } from '../../stores/writes.ts';
import type { SqlTransaction } from '../sql.ts';
import { writeContents, type NewContent } from './stores-content.ts';
import { applyMeasurements } from './stores-series.ts';
import { appendPieces } from './stores-tails.ts';

export interface AppliedWrites {
  /** For each write: index of its first item or entry, null for other kinds, empty writes and stores that are gone. */
  readonly firstIndices: readonly (number | null)[];
  /** Series that could not be created (R58); their measurements are not stored, everything else is, with a note in the log of the write. */
  readonly refused: readonly Refusal[];
}

interface Appending {
  readonly pieces: Piece[];
  itemCount: number;
  readonly limits: LogLimits | null;
  /** Which writes the items came from, with their offset. */
  readonly parts: { readonly write: number; readonly offset: number }[];
}

/** Writes to the same store are merged: one statement for each store, as long as they fit into one chunk. */
export async function applyStoreWrites(
  tx: SqlTransaction,
  now: number,
  writes: readonly StoreWrite[],
  limits: LogLimits = defaultLogLimits,
): Promise<AppliedWrites> {
  const measures: MeasureWrite[] = [];
  const contents = new Map<string, NewContent>();
  const appends: Appends = new Map();
  for (const [index, write] of writes.entries()) {
    switch (write.kind) {
      case 'measure':
        measures.push(write);
        break;
      case 'set':
        contents.set(write.storeId, { content: write.content, lineage: encodeOrigins([write.origin]) ?? null });
        break;
      case 'append':
        collect(
          appends,
          index,
          write.storeId,
          cutIntoPieces(write.items, () => write.origin),
          null,
        );
        break;
      case 'pieces':
        collect(appends, index, write.storeId, write.pieces, null);
        break;
      case 'log':
        collectLog(appends, index, write, limits);
        break;
    }
  }
  const refused = measures.length === 0 ? [] : await applyMeasurements(tx, measures);
  for (const note of refusalNotes(measures, refused)) collectLog(appends, null, note, limits);
  if (contents.size > 0) await writeContents(tx, contents);
  const firstIndices: (number | null)[] = writes.map(() => null);
  for (const [storeId, { pieces, limits, parts }] of [...appends].sort(([a], [b]) => compareTexts(a, b))) {
    const first = await appendPieces(tx, { storeId, pieces: mergePieces(pieces), now, limits });
    if (first === null) continue;
    for (const part of parts) firstIndices[part.write] = first + part.offset;
  }
  return { firstIndices, refused };
}

type Appends = Map<string, Appending>;

function collectLog(appends: Appends, write: number | null, log: LogWrite, limits: LogLimits): void {
  collect(
    appends,
    write,
    log.storeId,
    cutIntoPieces(log.entries.map(logLine), () => log.origin),
    limits,
  );
}

/** `write`: the position that wants to know its first index; null for what no write asked for. */
function collect(appends: Appends, write: number | null, storeId: string, pieces: readonly Piece[], limits: LogLimits | null): void {
  if (pieces.length === 0) return;
  let appending = appends.get(storeId);
  if (appending === undefined) {
    appending = { pieces: [], itemCount: 0, limits, parts: [] };
    appends.set(storeId, appending);
  }
  if (write !== null) appending.parts.push({ write, offset: appending.itemCount });
  for (const piece of pieces) {
    appending.pieces.push(piece);
    appending.itemCount += piece.itemCount;
  }
}
