/** Content of regular files: ranges out, bytes in (lambdas §12). */
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { makeError, refuse, type Result } from '@laneway/model';
import { checkedName, type Files } from './files.ts';
import { openRegular, placeOf, withDirectory } from './open.ts';
import type { FileRef } from './port.ts';
import { ErrnoError } from './posix.ts';

/** Bytes to write: all at once or as they come. */
export type Bytes = Uint8Array | AsyncIterable<Uint8Array>;

/** An inclusive range as in HTTP; `suffix` = the last bytes. */
export type ByteRange = { readonly first: number; readonly last: number | null } | { readonly suffix: number };

export interface FileContent {
  /** Size of the whole file. */
  readonly size: number;
  /** Bytes [start, end) are in the stream. */
  readonly start: number;
  readonly end: number;
  /** Closes the file when it ends or is destroyed; the caller must do one of both. */
  readonly stream: Readable;
}

export type ContentOutcome =
  | { readonly kind: 'content'; readonly content: FileContent }
  | { readonly kind: 'unsatisfiable'; readonly size: number };

/** Opens the content of a regular file; EISDIR for a directory, EINVAL or ELOOP for anything else. */
export async function readContent(files: Files, ref: FileRef, range: ByteRange | null): Promise<Result<ContentOutcome>> {
  return await files.inSpace(ref.spaceId, async (space) => {
    const { parent, name } = placeOf(ref.path);
    const file = await withDirectory(
      space,
      parent,
      async (directory) => await openRegular(directory, checkedName(name, ref.path), constants.O_RDONLY),
    );
    try {
      const { size } = await file.stat();
      const bounds = boundsOf(range, size);
      if (bounds === null) {
        await file.close();
        return { kind: 'unsatisfiable', size };
      }
      return { kind: 'content', content: { size, ...bounds, stream: streamOf(file, bounds) } };
    } catch (error) {
      await file.close();
      throw error;
    }
  });
}

function streamOf(file: FileHandle, { start, end }: { readonly start: number; readonly end: number }): Readable {
  // A stream cannot be told to read nothing: an empty file is read to its end, which is at once.
  return file.createReadStream(end === start ? { start, autoClose: true } : { start, end: end - 1, autoClose: true });
}

/** null: the range lies outside the file (416). */
export function boundsOf(range: ByteRange | null, size: number): { readonly start: number; readonly end: number } | null {
  if (range === null) return { start: 0, end: size };
  if ('suffix' in range) return range.suffix === 0 || size === 0 ? null : { start: Math.max(0, size - range.suffix), end: size };
  if (range.first >= size) return null;
  return { start: range.first, end: Math.min(size, (range.last ?? size - 1) + 1) };
}

/** Writes from an offset on; without one the content is replaced. */
export async function writeContent(files: Files, ref: FileRef, content: Bytes, offset: number | null): Promise<Result<void>> {
  if (offset !== null && (!Number.isSafeInteger(offset) || offset < 0))
    return refuse(makeError('badValueTooLow', { key: 'offset', limit: 0 }));
  return await files.inSpace(ref.spaceId, async (space) => {
    if (space.readonly) throw new ErrnoError('EROFS');
    const { parent, name } = placeOf(ref.path);
    await withDirectory(space, parent, async (directory) => {
      const file = await openRegular(directory, checkedName(name, ref.path), constants.O_WRONLY);
      try {
        if (offset === null) await file.truncate(0);
        await writeAll(file, content, offset ?? 0);
      } finally {
        await file.close();
      }
    });
  });
}

export async function writeAll(file: FileHandle, content: Bytes, offset: number): Promise<void> {
  let position = offset;
  for await (const piece of content instanceof Uint8Array ? [content] : content) {
    let written = 0;
    while (written < piece.length) {
      const { bytesWritten } = await file.write(piece, written, piece.length - written, position + written);
      written += bytesWritten;
    }
    position += piece.length;
  }
}
