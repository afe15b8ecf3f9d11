import { once } from 'node:events';
import type { LanewayClient } from '@laneway/client';
import { Option, type Command } from 'commander';
import { byteProgress } from '../byte-progress.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { Interrupt, leftByInterrupt } from '../interrupts.ts';
import { storeValues } from '../run/report.ts';
import { tracedValues } from '../run/traced-values.ts';
import type { Terminal } from '../terminal.ts';
import { writeWhole } from '../write-whole.ts';

interface StoreOptions extends ConnectionOptions {
  readonly format?: 'jsonl' | 'csv';
  readonly output?: string;
  readonly lineage?: true;
}

const help = `
Without --format each line is a value and nothing else. jsonl: each line is an entry with its index, or its error; csv: columns by the
data spec of the store. Both hold what was in the store when the dump began.

Examples:
  laneway store 3f0c… | jq .fileId
  laneway store 3f0c… --format csv --output results.csv`;

export function addStore(program: Command, terminal: Terminal): void {
  const store = program
    .command('store <store>')
    .description('print the content of a store, one JSON value per line, in index order')
    .addOption(new Option('--format <format>', 'dump of the whole store').choices(['jsonl', 'csv']).conflicts('lineage'))
    .option('--output <file>', 'write to a file, whole or not at all')
    .option('--lineage', 'print {index, value, lineage}: also which item, task and lambda each value comes from')
    .addHelpText('after', help);
  withConnection(store).action(async (storeId: string, options: StoreOptions) => {
    const client = connect(options, terminal.env);
    const leave = new AbortController();
    const pieces = await contentOf(client, storeId, options, leave.signal);
    if (options.output === undefined) await print(terminal, pieces);
    else await save(terminal, options.output, pieces, leave);
  });
}

async function contentOf(
  client: LanewayClient,
  storeId: string,
  { format, lineage }: StoreOptions,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array | string>> {
  if (format !== undefined) return (await client.stores.export(storeId, format, signal)).body;
  const { type } = await client.stores.details(storeId);
  const view = { id: storeId, name: storeId, type, itemType: undefined, needsInput: false };
  return valueLines(lineage === true ? tracedValues(client, view, storeId) : storeValues(client, view, storeId));
}

async function* valueLines(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

/** No faster than it is read. */
async function print(terminal: Terminal, pieces: AsyncIterable<Uint8Array | string>): Promise<void> {
  for await (const piece of pieces) if (!terminal.out.write(piece)) await once(terminal.out, 'drain');
}

/** Ctrl-C leaves the file as it was. */
async function save(terminal: Terminal, file: string, pieces: AsyncIterable<Uint8Array | string>, leave: AbortController): Promise<void> {
  const progress = byteProgress(terminal, file, undefined);
  const interrupt = new Interrupt();
  try {
    await interrupt.during(
      () => leave.abort(),
      async () => await writeWhole(file, progress.watch(pieces), leave.signal),
    );
  } catch (error) {
    if (!leave.signal.aborted) throw error;
    terminal.err.write(`${file} was not written\n`);
    process.exitCode = leftByInterrupt;
  } finally {
    progress.stop();
    interrupt.stopListening();
  }
}
