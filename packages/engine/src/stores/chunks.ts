/** Cutting items into the pieces that become chunk rows: one JSON text per line, never parsed here. */
import { continueLineage, encodeOrigins, noOrigins, type Origin } from './lineage-text.ts';
import { maxChunkBytes, maxChunkItemCount } from './limits.ts';

export interface Piece {
  readonly itemCount: number;
  /** Of the text. */
  readonly bytes: number;
  readonly text: string;
  /** Where the items come from; absent when none of them has an origin. */
  readonly lineage?: string;
}

/** Stands for the time of a log entry until the tail is locked; no JSON text contains it unescaped. */
export const timeMark = '\u0001';

/** A line break in a JSON text is white space between tokens: inside a string it is always escaped. */
function lineOf(json: string): string {
  return json.includes('\n') ? json.replaceAll('\n', ' ') : json;
}

/**
 * Pieces of at most 1,000 items and 256 KiB; a larger item is a piece of its own (design §5). `originAt`: where the item with
 * that index comes from.
 */
export function cutIntoPieces(items: Iterable<string>, originAt?: (index: number) => Origin | undefined): readonly Piece[] {
  const pieces: Piece[] = [];
  let lines: string[] = [];
  let bytes = 0;
  let first = 0;
  const finish = (): void => {
    if (lines.length > 0) {
      const piece = { itemCount: lines.length, bytes, text: lines.join('\n') };
      const lineage = originAt === undefined ? undefined : encodeOrigins(lines.map((_, offset) => originAt(first + offset)));
      pieces.push(lineage === undefined ? piece : { ...piece, lineage });
    }
    first += lines.length;
    lines = [];
    bytes = 0;
  };
  for (const item of items) {
    const line = lineOf(item);
    const size = Buffer.byteLength(line) + 1;
    if (lines.length >= maxChunkItemCount || bytes + size > maxChunkBytes) finish();
    lines.push(line);
    bytes += size;
  }
  finish();
  return pieces;
}

/** Neighbours that fit into one piece become one, in order. */
export function mergePieces(pieces: readonly Piece[]): readonly Piece[] {
  const merged: { itemCount: number; bytes: number; texts: string[]; lineage: string | undefined }[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (last !== undefined && last.itemCount + piece.itemCount <= maxChunkItemCount && last.bytes + piece.bytes <= maxChunkBytes) {
      last.lineage = mergeLineage(last, piece);
      last.itemCount += piece.itemCount;
      last.bytes += piece.bytes;
      last.texts.push(piece.text);
    } else {
      merged.push({ itemCount: piece.itemCount, bytes: piece.bytes, texts: [piece.text], lineage: piece.lineage });
    }
  }
  return merged.map(({ itemCount, bytes, texts, lineage }) => {
    const piece = { itemCount, bytes, text: texts.join('\n') };
    return lineage === undefined ? piece : { ...piece, lineage };
  });
}

type Traced = Pick<Piece, 'itemCount'> & { readonly lineage?: string | undefined };

function mergeLineage(first: Traced, second: Traced): string | undefined {
  if (first.lineage === undefined && second.lineage === undefined) return undefined;
  return continueLineage(first.lineage ?? noOrigins(first.itemCount), second.lineage ?? noOrigins(second.itemCount));
}

/** A log entry as it is stored; `content` is a JSON text. */
export function logLine(entry: { readonly severity: string; readonly source: string; readonly content: string }): string {
  const severity = JSON.stringify(entry.severity);
  return `{"timestamp":${timeMark},"severity":${severity},"source":"${entry.source}","content":${entry.content}}`;
}

export function linesOf(text: string): readonly string[] {
  return text.split('\n');
}
