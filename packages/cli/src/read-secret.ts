/** A secret from the keyboard, unseen, or the first line of what is piped in. */
import { createInterface } from 'node:readline';
import type { Terminal } from './terminal.ts';
import { CliError } from './failure.ts';

/** A secret that there is already: asked for once, on a terminal only. */
export async function readSecret(terminal: Terminal, name: string): Promise<string> {
  const input = terminal.in ?? process.stdin;
  if (!('isTTY' in input && input.isTTY)) throw new CliError(`there is nobody to ask for the ${name}`, 'run the command on a terminal');
  return await askUnseen(terminal, `${name}: `);
}

/** Asks twice on a terminal, because nobody sees what is typed. */
export async function readNewSecret(terminal: Terminal, name: string): Promise<string> {
  const input = terminal.in ?? process.stdin;
  if (!('isTTY' in input && input.isTTY)) return await firstLine(input);
  const secret = await askUnseen(terminal, `${name}: `);
  if ((await askUnseen(terminal, `${name} again: `)) !== secret) throw new CliError('the two differ', 'nothing was changed');
  return secret;
}

async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input, crlfDelay: Infinity })) return line;
  throw new CliError('there is no password to read', 'pipe it in, or run the command on a terminal');
}

/** Raw mode: no echo, and the keys that edit and leave by hand. */
async function askUnseen(terminal: Terminal, prompt: string): Promise<string> {
  const input = process.stdin;
  terminal.err.write(prompt);
  input.setRawMode(true);
  input.setEncoding('utf8');
  let secret = '';
  try {
    for await (const chunk of input.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
      for (const key of chunk) {
        if (key === '\r' || key === '\n') return secret;
        if (key === '\u0003' || key === '\u0004') throw new CliError('left without a password', 'nothing was changed');
        secret = key === '\u007f' || key === '\b' ? secret.slice(0, -1) : secret + key;
      }
    }
    return secret;
  } finally {
    input.setRawMode(false);
    input.pause();
    terminal.err.write('\n');
  }
}
