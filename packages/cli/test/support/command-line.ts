/** The command line as a person uses it on a server with a real registry. */
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Person } from '../../../server/test/support/world.ts';
import { buildProgram } from '../../src/program.ts';

/** What is typed at a terminal; without it the input is no terminal. */
export interface Typed {
  readonly typed?: string;
}

/** Runs one command and gives what it printed, without the last line break. */
export async function runCommand(url: string, person: Person, args: readonly string[], { typed }: Typed = {}): Promise<string> {
  const out = new PassThrough();
  const printed = text(out);
  const input = Object.assign(Readable.from([typed ?? '']), typed === undefined ? {} : { isTTY: true });
  const terminal = { in: input, out, err: new PassThrough(), interactive: false, color: false, env: {} };
  try {
    await buildProgram(terminal, '1.2.3').parseAsync([...args, '--server', url, '--token', person.token], { from: 'user' });
  } finally {
    out.end();
  }
  return (await printed).trim();
}
