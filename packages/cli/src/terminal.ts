import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { tableText } from './table.ts';

/** Where a command writes, so that tests can look at it. */
export interface Terminal {
  /** What `@-` reads, and where secrets come from; the process's own by default. */
  readonly in?: Readable;
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
  /** Progress bars go to the error stream, so that it decides. */
  readonly interactive: boolean;
  readonly color: boolean;
  /** Width of what is written to; absent where nobody looks at it. */
  readonly columns?: number;
  readonly env: NodeJS.ProcessEnv;
}

/** Colours follow https://no-color.org: any non-empty NO_COLOR switches them off. */
export function processTerminal(): Terminal {
  const { env, stdout, stderr } = process;
  const noColor = (env['NO_COLOR'] ?? '') !== '';
  const interactive = stderr.isTTY && env['TERM'] !== 'dumb';
  const width = stdout.isTTY ? { columns: stdout.columns } : {};
  return { out: stdout, err: stderr, interactive, color: stdout.isTTY && !noColor, ...width, env };
}

export function printLine(terminal: Terminal, text: string): void {
  terminal.out.write(`${text}\n`);
}

/** For output of any length: waits until the reader has taken what was written. */
export async function writeLine(terminal: Terminal, text: string): Promise<void> {
  if (!terminal.out.write(`${text}\n`)) await once(terminal.out, 'drain');
}

export function printJson(terminal: Terminal, value: unknown): void {
  printLine(terminal, JSON.stringify(value, null, 2));
}

/** A table for people, without colours where they are not wanted. */
export function printTable(terminal: Terminal, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const { color, columns } = terminal;
  printLine(
    terminal,
    tableText(
      head,
      rows.map((row) => row.map(printable)),
      { color, columns },
    ),
  );
}

/** `label: value` lines, the values below each other; no line where there is no value. */
export function printFields(terminal: Terminal, fields: readonly (readonly [label: string, value: string | undefined])[]): void {
  const shown = fields.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(...shown.map(([label]) => label.length)) + 2;
  for (const [label, value = ''] of shown) printLine(terminal, `${label}:`.padEnd(width) + printable(value));
}

/** Names come from users: control characters must not reach the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Seconds since 1970; 0 = has not happened. */
export function timeText(seconds: number): string {
  return seconds === 0 ? '–' : new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, 19);
}
