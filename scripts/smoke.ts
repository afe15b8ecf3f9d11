/**
 * Does `npm start` work from here? Starts a server in a temporary directory, waits until its demo execution has finished, and stops it
 * the way a supervisor does: with a SIGTERM for npm alone.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LanewayClient } from '@laneway/client';

const limitMs = 120_000;
const root = dirname(import.meta.dirname);
const folder = mkdtempSync(join(tmpdir(), 'laneway-smoke-'));
const dataDir = join(folder, 'data');

const child = spawn('npm', ['start', '--silent', '--', '--port', '0', '--data-dir', dataDir], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
const tooLate = setTimeout(() => finish(new Error(`nothing finished within ${limitMs} ms`)), limitMs);

let seen = '';
let following = false;
child.stdout.on('data', (chunk: Buffer) => {
  seen += chunk.toString();
  const url = /listens on (http\S+)/.exec(seen)?.[1];
  const executionId = /demo execution: (\w+)/.exec(seen)?.[1];
  if (url === undefined || executionId === undefined || following) return;
  following = true;
  waitForDemo(url, executionId).then(
    () => finish(undefined),
    (error: unknown) => finish(error instanceof Error ? error : new Error(String(error))),
  );
});
child.once('exit', (code) => finish(new Error(`the server ended with ${code} before the demo finished; it printed: ${seen}`)));

async function waitForDemo(url: string, executionId: string): Promise<void> {
  const client = new LanewayClient({ server: url, token: readFileSync(join(dataDir, 'admin.token'), 'utf8').trim() });
  await client.health();
  for await (const message of client.executions.follow(executionId)) {
    const status = message.kind === 'snapshot' ? message.details.status : message.kind === 'execution' ? message.change.to : undefined;
    if (status === 'finished') return;
    if (status === 'failed' || status === 'cancelled' || status === 'crashed') throw new Error(`the demo execution ended as ${status}`);
  }
}

let finished = false;
function finish(problem: Error | undefined): void {
  if (finished) return;
  finished = true;
  clearTimeout(tooLate);
  if (problem !== undefined) {
    process.stderr.write(`smoke test: ${problem.message}\n`);
    process.exitCode = 1;
  }
  child.kill('SIGTERM');
  void cleanUp();
}

async function cleanUp(): Promise<void> {
  await exited;
  if (existsSync(join(dataDir, 'server.json'))) {
    process.stderr.write('smoke test: the server did not stop with "npm start"\n');
    process.exitCode = 1;
    // The whole process group: npm, the bootstrap and the server.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
}
