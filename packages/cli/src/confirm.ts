import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { CliError } from './failure.ts';
import { printable, type Terminal } from './terminal.ts';

export interface ConfirmOptions {
  readonly yes?: boolean;
}

/** For commands that destroy something. */
export function withConfirmation(command: Command): Command {
  return command.option('--yes', 'do not ask (nobody is asked where there is no terminal)');
}

/** Returns when whoever sits at the terminal agrees; scripts have nobody to ask, and mean what they say. */
export async function confirm(terminal: Terminal, options: ConfirmOptions, deed: string): Promise<void> {
  const input = terminal.in ?? process.stdin;
  if (options.yes === true || !('isTTY' in input && input.isTTY)) return;
  const lines = createInterface({ input, output: terminal.err });
  const left = new AbortController();
  lines.once('close', () => left.abort());
  try {
    const answer = await lines.question(`${printable(deed)}? [y/N] `, { signal: left.signal });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } catch (error) {
    // The end of the input is no consent either.
    if (!left.signal.aborted) throw error;
  } finally {
    lines.close();
  }
  throw new CliError('nothing was changed', 'answer with "y", or give --yes');
}
