import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench, prepare, pythonLambda, runJob, SANDBOX_MODES, taskFor, type Bench } from './support.ts';

const named = (name: string, handler: string, extra = ''): Record<string, string> => ({
  ...pythonLambda(handler, extra),
  'lambda.yaml': `name: ${name}\nimages: [${name}]\npython: handler.py\n${extra}`,
});

const SLEEPING = 'import time\ndef handle(request, heartbeat):\n    print("started", flush=True)\n    time.sleep(10)\n    return None\n';
const STUBBORN =
  'import signal, time\ndef handle(request, heartbeat):\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    print("started", flush=True)\n' +
  '    time.sleep(60)\n';
const CAREFUL =
  'import signal, sys, time\ndef bye(*_):\n    print("saving", flush=True)\n    time.sleep(0.2)\n    print("saved", flush=True)\n    sys.exit(0)\n' +
  'def handle(request, heartbeat):\n    signal.signal(signal.SIGTERM, bye)\n    print("started", flush=True)\n    time.sleep(60)\n';
const DAEMON =
  'import os, time\ndef handle(request, heartbeat):\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n            time.sleep(300)\n        os._exit(0)\n' +
  '    os.wait()\n    print("started", flush=True)\n    config = request["ctx"]["config"]\n    if config.get("exit"):\n        os._exit(3)\n' +
  '    if config.get("wait"):\n        time.sleep(60)\n    own = "LANEWAY_RUNNER_COOKIE=" + os.environ["LANEWAY_RUNNER_COOKIE"]\n    count = 0\n' +
  '    for pid in os.listdir("/proc"):\n        try:\n            with open("/proc/%s/environ" % pid) as environ:\n' +
  '                count += own in environ.read().split("\\0")\n        except OSError:\n            pass\n' +
  '    return {"resultsBatch": [{"processes": count}]}\n';
/** Suspends itself. */
const SUSPENDED =
  'import os, signal\ndef handle(request, heartbeat):\n    print("started", flush=True)\n    os.kill(os.getpid(), signal.SIGSTOP)\n';
/** Installs its signal handler while it is imported. */
const PREPARED =
  'import signal, sys, time\ndef bye(*_):\n    print("saving", flush=True)\n    time.sleep(0.2)\n    print("saved", flush=True)\n    sys.exit(0)\n' +
  'signal.signal(signal.SIGTERM, bye)\ndef handle(request, heartbeat):\n    print("started", flush=True)\n    time.sleep(60)\n';
/** As above, but its import leaves a thread, so that it runs in a fresh interpreter. */
const THREADED = `import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n${PREPARED}`;
const JS = (body: string): string =>
  `import { defineLambda } from '@laneway/lambda-kit';\nexport const lambda = defineLambda({ item: ${body} });\n`;
const js = (name: string, body: string): Record<string, string> => ({
  'lambda.yaml': `name: ${name}\nimages: [${name}]\njavascript: handler.ts\n`,
  'handler.ts': JS(body),
});

const LAMBDAS = {
  sleeping: named('sleeping', SLEEPING),
  'sleeping-reused': named('sleeping-reused', SLEEPING, 'reuse: true\n'),
  stubborn: named('stubborn', STUBBORN),
  careful: named('careful', CAREFUL),
  daemon: named('daemon', DAEMON),
  suspended: named('suspended', SUSPENDED),
  prepared: named('prepared', PREPARED),
  threaded: named('threaded', THREADED),
  'js-sleeping': js('js-sleeping', 'async (_args, context) => { console.log("started"); await context.sleep(10_000); return null; }'),
  'js-deaf': js(
    'js-deaf',
    'async () => { console.log("started"); await new Promise((resolve) => setTimeout(resolve, 60_000)); return null; }',
  ),
  'js-busy': js(
    'js-busy',
    '(_args, context) => { context.heartbeat(); const until = Date.now() + 60_000; while (Date.now() < until) {} return null; }',
  ),
};

interface Marked {
  readonly pid: number;
  readonly cookie: string;
}

/** Running processes that carry a runner's cookie. */
function markedProcesses(): Marked[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const cookie = /LANEWAY_RUNNER_COOKIE=([^\0]+)/.exec(readFileSync(`/proc/${name}/environ`, 'latin1'))?.[1];
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return cookie === undefined || fields[0] === 'Z' ? [] : [{ pid: Number(name), cookie }];
    } catch {
      return [];
    }
  });
}

/** Whether the process descends from the given one; sandboxed ones do through their bwrap. */
function descends(pid: number, ancestor: number): boolean {
  for (let current = pid; current > 1;) {
    if (current === ancestor) {
      return true;
    }
    try {
      const stat = readFileSync(`/proc/${current}/stat`, 'latin1');
      current = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    } catch {
      return false;
    }
  }
  return false;
}

/** Cookies of the runners below a process. */
function cookiesBelow(ancestor: number): ReadonlySet<string> {
  return new Set(
    markedProcesses()
      .filter(({ pid }) => descends(pid, ancestor))
      .map(({ cookie }) => cookie),
  );
}

async function untilNone(pids: () => readonly number[], timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (pids().length > 0 && performance.now() < deadline) {
    await delay(20);
  }
}

describe.each(SANDBOX_MODES)('stopping a job with sandbox "%s"', (sandbox) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({ sandbox, lambdas: LAMBDAS });
  });
  afterAll(async () => await bench.close());

  const stopOnceStarted = async (name: string, graceMs: number, config: Record<string, unknown> = {}) => {
    const handle = await prepare(bench, taskFor(bench, name));
    let cookies: ReadonlySet<string> = new Set();
    const stop = new AbortController();
    let stoppedAt = 0;
    const abort = (): void => {
      cookies = cookiesBelow(process.pid);
      stoppedAt = performance.now();
      stop.abort();
    };
    const observed = await runJob(handle, [{}], {
      signal: stop.signal,
      graceMs,
      config,
      onOutput: (text) => {
        if (text.includes('started')) {
          abort();
        }
      },
    });
    const tookMs = performance.now() - stoppedAt;
    expect(cookies.size).toBeGreaterThan(0);
    const left = markedProcesses().filter(({ cookie }) => cookies.has(cookie));
    await handle.dispose();
    expect(left).toEqual([]);
    return { ...observed, tookMs };
  };

  test.each(['sleeping', 'sleeping-reused', 'suspended', 'js-sleeping'])(
    'ends an unmodified handler that sleeps at once: %s',
    async (name) => {
      const { outcome, tookMs } = await stopOnceStarted(name, 10_000);
      expect(outcome).toEqual({ kind: 'withdrawn', stage: 'signal' });
      expect(tookMs).toBeLessThan(1_500);
    },
  );

  test.each(['stubborn', 'js-deaf'])('kills a handler that ignores the signal when the grace is over: %s', async (name) => {
    const { outcome, tookMs } = await stopOnceStarted(name, 400);
    expect(outcome).toEqual({ kind: 'withdrawn', stage: 'kill' });
    expect(tookMs).toBeGreaterThanOrEqual(390);
    expect(tookMs).toBeLessThan(2_000);
  });

  test('kills a handler that never gives up the processor', async () => {
    const handle = await prepare(bench, taskFor(bench, 'js-busy'));
    const stop = new AbortController();
    let heartbeatCount = 0;
    const { outcome } = await runJob(handle, [{}], {
      signal: stop.signal,
      graceMs: 300,
      // The first one says that the runner has the job, the second one is the handler's.
      onHeartbeat: () => (heartbeatCount++ === 0 ? undefined : stop.abort()),
    });
    expect(outcome).toEqual({ kind: 'withdrawn', stage: 'kill' });
    await handle.dispose();
  });

  test.each(['careful', 'prepared', 'threaded'])('gives a handler that catches the signal the grace: %s', async (name) => {
    const { outcome, output } = await stopOnceStarted(name, 5_000);
    expect(output).toContain('saved');
    expect(outcome).toEqual({ kind: 'withdrawn', stage: 'signal' });
  });

  test('takes a daemon that left its session along, and does not wait for it', async () => {
    const { outcome, tookMs } = await stopOnceStarted('daemon', 10_000, { wait: true });
    expect(outcome).toEqual({ kind: 'withdrawn', stage: 'signal' });
    expect(tookMs).toBeLessThan(1_500);
  });

  test('a job that ends while its daemon lives on has crashed', async () => {
    const handle = await prepare(bench, taskFor(bench, 'daemon'));
    const { outcome } = await runJob(handle, [{}], { config: { exit: true } });
    expect(outcome).toMatchObject({ kind: 'crashed', reason: expect.stringContaining('exit code 3') });
    await handle.dispose();
  });

  test('a stop that comes right after the start is not lost', async () => {
    for (let round = 0; round < 8; round += 1) {
      const handle = await prepare(bench, taskFor(bench, 'sleeping'));
      const stop = new AbortController();
      const { outcome } = await runJob(handle, [{}], { signal: stop.signal, graceMs: 5_000, onHeartbeat: () => stop.abort() });
      expect(outcome).toEqual({ kind: 'withdrawn', stage: 'signal' });
      await handle.dispose();
    }
  });

  test('a preparation that was stopped before it began starts no process', async () => {
    const runnersDir = join(bench.directory, 'work/runners');
    const directoryCount = (): number => (existsSync(runnersDir) ? readdirSync(runnersDir).length : 0);
    await expect.poll(directoryCount).toBe(0);
    const preparing = bench.runtime.prepare(taskFor(bench, 'sleeping'), AbortSignal.abort());
    const seen = new Set<number>();
    while ((await Promise.race([preparing, new Promise((resolve) => setImmediate(resolve))])) === undefined) {
      seen.add(directoryCount());
    }
    expect(await preparing).toMatchObject({ kind: 'failed', reason: expect.stringContaining('stopped') });
    expect(Math.max(0, ...seen, directoryCount())).toBe(0);
  });

  test('leaves the task able to run further jobs', async () => {
    const handle = await prepare(bench, taskFor(bench, 'sleeping'));
    const stop = new AbortController();
    await runJob(handle, [{}], { signal: stop.signal, onOutput: () => stop.abort() });
    const second = new AbortController();
    const again = await runJob(handle, [{}], { signal: second.signal, onOutput: () => second.abort() });
    expect(again.output).toContain('started');
    await handle.dispose();
  });

  test('does not start a job that was stopped before', async () => {
    const handle = await prepare(bench, taskFor(bench, 'sleeping'));
    const { outcome, output } = await runJob(handle, [{}], { signal: AbortSignal.abort() });
    expect(outcome).toEqual({ kind: 'withdrawn', stage: 'signal' });
    expect(output).toBe('');
    await handle.dispose();
  });

  test('closing the handle kills the jobs that still run', async () => {
    const handle = await prepare(bench, taskFor(bench, 'stubborn'));
    let closing: Promise<void> = Promise.resolve();
    const { outcome } = await runJob(handle, [{}], {
      onOutput: () => {
        closing = handle.dispose();
      },
    });
    await closing;
    expect(outcome).toEqual({ kind: 'withdrawn', stage: 'kill' });
  });
});

test.each(SANDBOX_MODES)('a daemon of one batch sees the next batch of its runner only without a sandbox: "%s"', async (sandbox) => {
  const bench = await openBench({ sandbox, lambdas: LAMBDAS });
  const handle = await prepare(bench, taskFor(bench, 'daemon'));
  const counts: number[] = [];
  for (let index = 0; index < 3; index += 1) {
    const { outcome } = await runJob(handle, [{}]);
    expect(outcome).toMatchObject({ kind: 'answered', response: { resultsBatch: [{ processes: expect.any(Number) }] } });
    counts.push((outcome as unknown as { response: { resultsBatch: { processes: number }[] } }).response.resultsBatch[0]!.processes);
  }
  const [first = 0] = counts;
  expect(first).toBeGreaterThan(1);
  expect(counts).toEqual(sandbox === 'off' ? [first, first + 1, first + 2] : [first, first, first]);
  await bench.close();
});

describe.each(SANDBOX_MODES)('the processes of a node with sandbox "%s"', (sandbox) => {
  test.each([
    ['SIGKILL', 'stubborn'],
    ['SIGKILL', 'daemon'],
    ['SIGKILL', 'js-deaf'],
    ['SIGSTOP', 'stubborn'],
    ['SIGSTOP', 'js-deaf'],
  ] as const)('end by themselves after %s of the node: %s', async (signal, name) => {
    const bench = await openBench({ sandbox: 'off', lambdas: LAMBDAS });
    const node = spawn(
      process.execPath,
      [new URL('./node-process.ts', import.meta.url).pathname, bench.directory, bench.lambdaDir, sandbox, name],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await new Promise<void>((resolve) =>
      node.stdout.on('data', (data: Buffer) => (data.toString().includes('started') ? resolve() : undefined)),
    );
    const cookies = cookiesBelow(node.pid!);
    const own = (): number[] => markedProcesses().flatMap(({ pid, cookie }) => (cookies.has(cookie) ? [pid] : []));
    expect(own().length).toBeGreaterThan(0);
    node.kill(signal);
    await untilNone(own, 6_000);
    expect(own()).toEqual([]);
    node.kill('SIGKILL');
    await bench.close();
  });
});
