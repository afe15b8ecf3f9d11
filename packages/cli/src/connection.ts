import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LanewayClient } from '@laneway/client';
import type { Command } from 'commander';
import { CliError } from './failure.ts';

export interface ConnectionOptions {
  readonly server?: string;
  readonly token?: string;
  readonly dataDir?: string;
}

/** Adds the options that every command needs which talks to a server. */
export function withConnection(command: Command): Command {
  return command
    .option('--server <url>', 'address of the server (default: LANEWAY_SERVER, else the running server of the data directory)')
    .option('--token <token>', "access token (default: LANEWAY_TOKEN, else the data directory's administrator token)")
    .option('--data-dir <dir>', 'data directory to find server and token in (default: LANEWAY_DATA_DIR, else ./laneway-data)');
}

export function dataDirectory(options: ConnectionOptions, env: NodeJS.ProcessEnv): string {
  return resolve(options.dataDir ?? nonEmpty(env['LANEWAY_DATA_DIR']) ?? 'laneway-data');
}

/** The address that was asked for, or that of the data directory's server; undefined when there is neither. */
export function findServer(options: ConnectionOptions, env: NodeJS.ProcessEnv): string | undefined {
  const named = options.server ?? nonEmpty(env['LANEWAY_SERVER']);
  if (named !== undefined) return checkedAddress(named);
  const file = join(dataDirectory(options, env), 'server.json');
  const text = readOptional(file);
  if (text === undefined) return undefined;
  try {
    const { url } = JSON.parse(text) as { url?: unknown };
    if (typeof url === 'string') return checkedAddress(url);
  } catch {
    // Named below, with the file.
  }
  throw new CliError(`${file} has no usable "url"`, 'remove the file and start the server again');
}

export function findToken(options: ConnectionOptions, env: NodeJS.ProcessEnv): string | undefined {
  const token = options.token ?? nonEmpty(env['LANEWAY_TOKEN']) ?? readOptional(join(dataDirectory(options, env), 'admin.token'));
  return token === undefined ? undefined : checkedToken(token.trim());
}

/** A client for commands that need a running server. */
export function connect(options: ConnectionOptions, env: NodeJS.ProcessEnv): LanewayClient {
  const server = findServer(options, env);
  if (server === undefined) {
    throw new CliError(
      `no server runs on ${dataDirectory(options, env)}`,
      'start one with "laneway serve", or name one with --server or LANEWAY_SERVER',
    );
  }
  const token = findToken(options, env);
  if (token === undefined) throw new CliError('no access token', 'give one with --token or LANEWAY_TOKEN');
  return new LanewayClient({ server, token });
}

function checkedAddress(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new CliError(`the server address "${text}" is not a URL`, 'write it like http://127.0.0.1:8080');
  }
  return text;
}

/** What cannot be sent at all; whether it is a token the server says. */
function checkedToken(text: string): string {
  if (text === '') throw new CliError('the token is empty', 'give one with --token or LANEWAY_TOKEN');
  if (!/^[\x21-\x7e]+$/.test(text)) throw new CliError('the token has characters that no token has', 'copy it whole, in one line');
  return text;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
