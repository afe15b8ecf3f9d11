/**
 * The product as its users have it: `laneway serve` and `laneway run` as processes of their own. Whatever a test starts is ended by its
 * pid in `cleanUp`, also when the test failed; directories of the test go with it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LanewayClient, type ExecutionDetails, type LogEntry, type TaskDetails } from '@laneway/client';
import { endStaleSandboxes } from '../../packages/engine/src/lambdas/sandbox/stale-sandboxes.ts';

const command = join(import.meta.dirname, '../../packages/cli/bin/laneway.js');
const startTimeoutMs = 60_000;
/** Long enough for a process of a slow machine; a state that does not come is an error with the last one seen. */
const waitTimeoutMs = 60_000;

/** Lambdas of these tests. */
export const testLambdas = join(import.meta.dirname, 'lambdas');

const children = new Set<ChildProcess>();
const directories: string[] = [];
// A test run that is given up must not leave servers behind either.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Ends every process and removes every directory of the test. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...children].map(async (child) => await endOf(child, 'SIGKILL')));
  // Also a sandbox that was just starting when its server was killed.
  for (const directory of directories) endStaleSandboxes(directory);
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** A directory that goes with the test. */
export function newDirectory(purpose: string): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), `laneway-acceptance-${purpose}-`)));
  directories.push(directory);
  return directory;
}

export interface Product {
  readonly client: LanewayClient;
  readonly url: string;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything that it wrote so far. */
  readonly output: () => string;
  /** `SIGTERM` stops it in order, `SIGKILL` as an accident would. */
  readonly stop: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>;
}

export interface ProductOptions {
  readonly dataDir?: string;
  /** Options of `serve` in addition to those every test needs. */
  readonly options?: readonly string[];
  /** Variables of the server, such as `LANEWAY_CANCEL_GRACE_SEC`. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly demo?: boolean;
  /** Of an administrator, where another node made the one of the database. */
  readonly token?: string;
}

/** Resolves when the server accepts requests. */
export async function startProduct(request: ProductOptions = {}): Promise<Product> {
  const dataDir = request.dataDir ?? newDirectory('data');
  const serverFile = join(dataDir, 'server.json');
  // A server that was killed left its file behind: the new one's is the one with its pid.
  const serverNow = (): { url: string; pid: number } | undefined =>
    existsSync(serverFile) ? parsed(readFileSync(serverFile, 'utf8')) : undefined;
  const args = ['serve', '--port', '0', '--data-dir', dataDir, ...(request.demo === true ? [] : ['--no-demo']), ...(request.options ?? [])];
  const child = start(args, request.variables);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()));
  const deadline = performance.now() + startTimeoutMs;
  let server = serverNow();
  while (server?.pid !== child.pid) {
    if (performance.now() > deadline || child.exitCode !== null) throw new Error(`the server did not start:\n${output}`);
    await delay(20);
    server = serverNow();
  }
  const token = request.token ?? readFileSync(join(dataDir, 'admin.token'), 'utf8').trim();
  const { url, pid } = server!;
  return {
    client: new LanewayClient({ server: url, token }),
    url,
    dataDir,
    pid,
    output: () => output,
    stop: async (signal) => await endOf(child, signal),
  };
}

export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line of `laneway` to its end. */
export async function laneway(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
  const child = start(args, variables);
  let out = '';
  let err = '';
  child.stdout?.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (err += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  children.delete(child);
  return { code, out, err };
}

export interface Running {
  /** What it printed so far. */
  readonly out: () => string;
  readonly kill: (signal: 'SIGINT' | 'SIGTERM') => void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts a command line of `laneway` that goes on by itself. */
export function startLaneway(args: readonly string[]): Running {
  const child = start(args);
  let out = '';
  child.stdout?.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr?.resume();
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => {
      children.delete(child);
      resolve(code ?? signal);
    });
  });
  return { out: () => out, kill: (signal) => void child.kill(signal), ended };
}

/** What `laneway run --json` prints. */
export interface RunReport {
  readonly executionId: string;
  readonly status: string;
  readonly stores: Readonly<Record<string, readonly unknown[]>>;
  readonly tasks: readonly {
    readonly id: string;
    readonly name: string;
    readonly status: string;
    readonly itemsInProcessing: number;
    readonly itemsProcessed: number;
    readonly itemsFailed: number;
  }[];
}

/** `laneway run DUMP --json` on a running server; throws when it printed no document. */
export async function runWorkflow(
  product: Product,
  dump: string,
  args: readonly string[],
): Promise<RunReport & { readonly code: number | null }> {
  const { code, out, err } = await laneway(['run', dump, '--data-dir', product.dataDir, '--json', ...args]);
  try {
    return { ...(JSON.parse(out) as RunReport), code };
  } catch {
    throw new Error(`laneway run answered ${code}: ${out}${err}`);
  }
}

/** The last state that satisfies the condition; throws with the last one seen when it never does. */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  holds: (state: T) => boolean,
  pace: { readonly everyMs?: number; readonly timeoutMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + (pace.timeoutMs ?? waitTimeoutMs);
  for (;;) {
    const state = await look();
    if (holds(state)) return state;
    if (performance.now() > deadline) throw new Error(`${what} did not come: ${JSON.stringify(state)}`);
    await delay(pace.everyMs ?? 20);
  }
}

const atRest = new Set(['finished', 'failed', 'cancelled', 'crashed', 'paused', 'interrupted']);

/** Resolves when the execution ended or is suspended. */
export async function untilEnded(client: LanewayClient, executionId: string, timeoutMs = waitTimeoutMs): Promise<ExecutionDetails> {
  return await until(
    'the end',
    async () => await client.executions.details(executionId),
    ({ status }) => atRest.has(status),
    { timeoutMs, everyMs: 50 },
  );
}

/** Tasks of the newest run of a lane in the order of its boxes; none before the lane was prepared. */
export async function tasksOfLane(
  client: LanewayClient,
  details: ExecutionDetails,
  lane: number,
): Promise<readonly (TaskDetails & { readonly id: string })[]> {
  const boxes = details.lanes[lane]?.runs[0]?.parallelBoxes ?? [];
  const ids = boxes.flatMap((box) => Object.values(box.taskRegistry));
  return await Promise.all(ids.map(async (id) => ({ id, ...(await client.executions.task(id)) })));
}

export async function valuesOf(client: LanewayClient, storeId: string | undefined): Promise<readonly unknown[]> {
  const values: unknown[] = [];
  for await (const entry of client.stores.entries(storeId ?? '')) values.push(entry.success ? entry.value : entry.error);
  return values;
}

export async function logOf(client: LanewayClient, storeId: string | null): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of client.stores.logEntries(storeId ?? '')) entries.push(entry);
  return entries;
}

/** Sum of all windows of one metric. */
export async function seriesSum(client: LanewayClient, storeId: string | null, series: string, metric: string): Promise<number> {
  const query = { type: 'timeSeriesStoreContentBrowseOptions', mode: 'slice', layout: JSON.stringify({ [series]: [metric] }) };
  const { slice } = (await client.stores.content(storeId ?? '', query)) as { slice: Record<string, Record<string, { value: number }[]>> };
  return (slice[series]?.[metric] ?? []).reduce((sum, window) => sum + window.value, 0);
}

/** Status and error id of a request that is sent as it stands; `token` null sends none. */
export async function send(
  product: Product,
  method: string,
  path: string,
  token: string | null,
  body?: unknown,
): Promise<{ status: number; id: string | undefined; json: unknown }> {
  const response = await fetch(product.url + path, {
    method,
    headers: {
      ...(token === null ? {} : { 'x-auth-token': token }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = (text === '' ? undefined : JSON.parse(text)) as { error?: { id?: string } } | undefined;
  return { status: response.status, id: json?.error?.id, json };
}

export interface MarkedProcess {
  readonly pid: number;
  readonly cookie: string;
  readonly command: string;
}

/** Processes of runners on this machine, by the variable that servers mark them with; those of other tests are among them. */
export function markedProcesses(): readonly MarkedProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const cookie = /LANEWAY_RUNNER_COOKIE=([^\0]+)/.exec(readFileSync(`/proc/${name}/environ`, 'latin1'))?.[1];
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ');
      return cookie === undefined || command === '' ? [] : [{ pid: Number(name), cookie, command }];
    } catch {
      return [];
    }
  });
}

/** Sandboxes of the data directory's server, also those that have not started their program yet. */
export function sandboxesOf(dataDir: string): readonly number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const args = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0') : [];
      return args[0]?.endsWith('bwrap') === true && args.some((arg) => arg.startsWith(`${dataDir}/`)) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Processes of runners that descend from the server. */
export function runnersOf(product: Product): readonly MarkedProcess[] {
  return markedProcesses().filter(({ pid }) => {
    for (let current = pid; current > 1;) {
      if (current === product.pid) return true;
      try {
        const stat = readFileSync(`/proc/${current}/stat`, 'latin1');
        current = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      } catch {
        return false;
      }
    }
    return false;
  });
}

export function adminToken(product: Product): string {
  return readFileSync(join(product.dataDir, 'admin.token'), 'utf8').trim();
}

export async function delay(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Settings of the machine that runs the tests must not reach the product. */
function start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): ChildProcess {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('LANEWAY_') && name !== 'NODE_OPTIONS'),
  );
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...inherited, ...variables } });
  children.add(child);
  return child;
}

async function endOf(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    await ended;
  }
  children.delete(child);
}

function parsed(text: string): { url: string; pid: number } | undefined {
  try {
    return JSON.parse(text) as { url: string; pid: number };
  } catch {
    return undefined;
  }
}
