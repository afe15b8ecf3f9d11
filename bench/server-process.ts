/** The product as a process of its own, for measurements from outside: URL, token, memory. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LanewayClient } from '@laneway/client';

export interface ServerProcess {
  readonly client: LanewayClient;
  readonly url: string;
  /** Of the first administrator. */
  readonly token: string;
  readonly pid: number;
  /** Resident memory now, in MB. */
  readonly residentMb: () => number;
  /** The most it ever was, in MB. */
  readonly peakMb: () => number;
  readonly stop: () => Promise<void>;
}

const startTimeoutMs = 60_000;

/** `variables` are settings of the server; `kept`: a data directory that was there before and stays afterwards. */
export async function startServerProcess(variables: Readonly<Record<string, string>> = {}, kept?: string): Promise<ServerProcess> {
  const dataDir = kept ?? mkdtempSync(join(tmpdir(), 'laneway-bench-'));
  const command = new URL('../packages/cli/bin/laneway.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [command, 'serve', '--port', '0', '--data-dir', dataDir, '--no-demo'], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // Whatever ends the measurement ends the server.
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const serverFile = join(dataDir, 'server.json');
  const deadline = performance.now() + startTimeoutMs;
  while (!existsSync(serverFile)) {
    if (performance.now() > deadline || child.exitCode !== null) throw new Error('the server did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { url, pid } = JSON.parse(readFileSync(serverFile, 'utf8')) as { url: string; pid: number };
  const status = (field: string): number => {
    const line = readFileSync(`/proc/${pid}/status`, 'utf8')
      .split('\n')
      .find((candidate) => candidate.startsWith(field));
    return Number(/\d+/.exec(line ?? '0')?.[0]) / 1024;
  };
  const token = readFileSync(join(dataDir, 'admin.token'), 'utf8').trim();
  return {
    client: new LanewayClient({ server: url, token }),
    url,
    token,
    pid,
    residentMb: () => status('VmRSS'),
    peakMb: () => status('VmHWM'),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      if (kept === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
