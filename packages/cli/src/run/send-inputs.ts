/** Inputs of any length: sent as they are read, before the execution is scheduled. */
import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { ApiError, type LanewayClient } from '@laneway/client';
import { byteProgress } from '../byte-progress.ts';
import { fileProblem } from '../file-problem.ts';
import { CliError } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import type { Input } from './inputs.ts';
import type { Made } from './undo.ts';

export interface SentInputs {
  readonly isEmpty: boolean;
  /** Store schema id → upload. */
  readonly uploads: Readonly<Record<string, string>>;
  /** The execution has its own copy. What cannot be removed expires by itself. */
  remove(): Promise<void>;
}

/** Sends one file after the other; `made` is told of each. A line that is refused is named with its file. */
export async function sendInputs(
  client: LanewayClient,
  spaceId: string,
  inputs: readonly Input[],
  terminal: Terminal,
  made: Made,
): Promise<SentInputs> {
  const uploads: Record<string, string> = {};
  for (const { store, content } of inputs) {
    if (content.kind !== 'lines') continue;
    const uploadId = await send(client, spaceId, { name: store.name, file: content.file }, terminal);
    made(`upload ${uploadId}`, async () => await client.uploads.remove(spaceId, uploadId));
    uploads[store.id] = uploadId;
  }
  const ids = Object.values(uploads);
  return {
    isEmpty: ids.length === 0,
    uploads,
    remove: async () => {
      for (const uploadId of ids) await client.uploads.remove(spaceId, uploadId).catch(() => undefined);
    },
  };
}

async function send(
  client: LanewayClient,
  spaceId: string,
  { name, file }: { readonly name: string; readonly file: string },
  terminal: Terminal,
): Promise<string> {
  const isFile = file !== '-' && statSync(file).isFile();
  const progress = byteProgress(terminal, name, isFile ? statSync(file).size : undefined);
  let problem: Error | undefined;
  const source = file === '-' ? (terminal.in ?? process.stdin) : createReadStream(file);
  const pieces = noting(source, (error) => {
    problem = error;
  });
  const stream = Readable.toWeb(Readable.from(progress.watch(pieces))) as ReadableStream<Uint8Array>;
  try {
    const { uploadId } = await client.uploads.send(spaceId, stream);
    return uploadId;
  } catch (error) {
    const place = file === '-' ? 'standard input' : file;
    if (problem !== undefined) throw new CliError(`cannot read ${place}: ${fileProblem(problem)}`);
    const hint = error instanceof ApiError && error.error.id === 'badData' ? error.error.details?.['hint'] : undefined;
    if (typeof hint !== 'string') throw error;
    throw new CliError(`--input ${name}: ${place}: ${hint}`, 'every line has to be one JSON value');
  } finally {
    progress.stop();
    // One that still waits for more would keep the process.
    source.destroy();
  }
}

/** Tells a file that cannot be read from a server that cannot be reached. */
async function* noting(pieces: AsyncIterable<Uint8Array>, note: (error: Error) => void): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    note(error as Error);
    throw error;
  }
}
