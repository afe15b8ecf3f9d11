/** Files that are written whole or not at all. */
import { randomBytes } from 'node:crypto';
import { createWriteStream, realpathSync, statSync, type Stats } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CliError } from './failure.ts';
import { fileProblem } from './file-problem.ts';

type Pieces = AsyncIterable<Uint8Array | string>;

/**
 * Writes beside the file and renames at the end, so that it holds what it held before or everything; a link stays one. What
 * is no regular file (a pipe, a device) is written as it is.
 */
export async function writeWhole(file: string, pieces: Pieces, signal: AbortSignal): Promise<void> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) throw new CliError(`cannot write ${file}: it is a directory`);
  if (found !== undefined && !found.isFile()) {
    await pipeline(pieces, createWriteStream(file), { signal });
    return;
  }
  const target = found === undefined ? file : realpathSync(file);
  const partial = `${target}.${randomBytes(4).toString('hex')}.partial`;
  try {
    await pipeline(pieces, createWriteStream(partial, { flags: 'wx', flush: true, ...modeOf(found) }), { signal });
    await rename(partial, target);
  } catch (error) {
    // What failed says more than that there was nothing to remove.
    await rm(partial, { force: true }).catch(() => undefined);
    throw isOfFile(error) ? new CliError(`cannot write ${file}: ${fileProblem(error)}`) : error;
  }
}

function modeOf(found: Stats | undefined): { readonly mode?: number } {
  return found === undefined ? {} : { mode: found.mode & 0o777 };
}

/** Whatever the system says of a file; failures of the network come wrapped. */
function isOfFile(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
