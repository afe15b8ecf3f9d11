import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { describeFailure, UsageError } from './failure.ts';
import { guardOutput } from './guard-output.ts';
import { buildProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

/** Runs one command line and sets the exit code: 0 success, 1 failure, 2 wrong usage. */
export async function main(args: readonly string[]): Promise<void> {
  const terminal = processTerminal();
  guardOutput('laneway');
  try {
    await buildProgram(terminal, version()).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    terminal.err.write(`${describeFailure(error, process.env)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}
