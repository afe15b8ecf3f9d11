import { lifecycleStates } from '@laneway/model';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { printJson } from '../terminal.ts';
import { writeWhole } from '../write-whole.ts';

export interface RevisionOption {
  readonly revision?: number;
}

export function withRevision(command: Command, description: string): Command {
  return command.option('--revision <number>', description, parseRevision);
}

function parseRevision(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Revisions count from 1.');
  return Number(text);
}

export function stateOption(): Option {
  return new Option('--state <state>', 'what the revision is good for').choices([...lifecycleStates]);
}

/** JSON on the output, or in a file that is written whole or not at all. */
export async function writeDump(terminal: Terminal, dump: unknown, output: string | undefined): Promise<void> {
  if (output === undefined) printJson(terminal, dump);
  else await writeWhole(output, oneLineMore(JSON.stringify(dump, null, 2)), new AbortController().signal);
}

async function* oneLineMore(text: string): AsyncGenerator<string> {
  yield `${text}\n`;
}
