/** One audit log as the file that the server makes of it (data-and-stores R65). */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LanewayClient } from '@laneway/client';
import { CliError } from '../failure.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { writeWhole } from '../write-whole.ts';
import { LogFinder, type LogSelection } from './log-sources.ts';

export async function dumpLog(
  client: LanewayClient,
  request: { readonly executionId: string; readonly selection: LogSelection; readonly file: string },
  terminal: Terminal,
): Promise<void> {
  const { sources } = await new LogFinder(request.executionId, request.selection).look(client);
  const [source, ...others] = sources;
  if (source === undefined) throw new CliError('there is no such log yet');
  if (others.length > 0) {
    const ids = sources.map(({ task }) => task?.taskId ?? '').join(', ');
    throw new CliError(
      `the task ran ${sources.length} times, each with a log of its own`,
      `name one of its runs: --task with one of ${ids}`,
    );
  }
  const body = await client.stores.dump(source.storeId);
  const text = Readable.from(body ?? []);
  if (request.file === '-') {
    await pipeline(text, terminal.out, { end: false });
    return;
  }
  // Half a log would look like a whole one, and an older one must not be lost to it.
  await writeWhole(request.file, text, new AbortController().signal);
  printLine(terminal, `wrote ${request.file}`);
}
