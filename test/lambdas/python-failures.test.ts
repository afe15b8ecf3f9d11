import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench, prepare, runJob, SANDBOX_MODES, taskFor, type Bench } from './support.ts';

const lambda = (name: string, handler: string): Record<string, string> => ({
  'lambda.yaml': `name: ${name}\nimages: [${name}]\npython: handler.py\n`,
  'handler.py': handler,
});

const LAMBDAS = {
  throws: lambda('throws', 'def handle(request, heartbeat):\n    raise ValueError("not this one")\n'),
  exits: lambda('exits', 'import os\ndef handle(request, heartbeat):\n    os._exit(3)\n'),
  quits: lambda('quits', 'import sys\ndef handle(request, heartbeat):\n    sys.exit("enough")\n'),
  garbage: lambda(
    'garbage',
    'import os, sys\ndef handle(request, heartbeat):\n    print("{]\\x00 garbage é")\n    sys.stderr.write("on stderr")\n' +
      '    for fd in (1, 2):\n        os.write(fd, b"\\xff\\xfe raw")\n    return {"resultsBatch": [{} for _ in request["argsBatch"]]}\n',
  ),
  'too-few': lambda('too-few', 'def handle(request, heartbeat):\n    return {"resultsBatch": [{}]}\n'),
  nothing: lambda('nothing', 'def handle(request, heartbeat):\n    return None\n'),
  state: lambda(
    'state',
    'calls = []\ndef handle(request, heartbeat):\n    calls.append(1)\n    return {"resultsBatch": [{"calls": len(calls)}]}\n',
  ),
  'kills-its-parent': lambda(
    'kills-its-parent',
    'import os, signal, time\ndef handle(request, heartbeat):\n    os.kill(os.getppid(), signal.SIGKILL)\n    time.sleep(60)\n',
  ),
  'bad-import': lambda('bad-import', 'import module_that_is_not_there\n'),
  'no-handle': lambda('no-handle', 'x = 1\n'),
  'bad-stream': lambda(
    'bad-stream',
    'import os\ndef handle(request, heartbeat):\n    with open(os.path.join(os.environ["LANEWAY_OUT_DIR"], "stats"), "a") as out:\n' +
      '        out.write(\'{"a": 1}\\n{broken\\n\')\n    return None\n',
  ),
  'link-stream': lambda(
    'link-stream',
    'import os\ndef handle(request, heartbeat):\n    os.symlink("/etc/passwd", os.path.join(os.environ["LANEWAY_OUT_DIR"], "stats"))\n    return None\n',
  ),
  'fifo-stream': lambda(
    'fifo-stream',
    'import os\ndef handle(request, heartbeat):\n    os.mkfifo(os.path.join(os.environ["LANEWAY_OUT_DIR"], "stats"))\n    return None\n',
  ),
  'threads-at-import': lambda(
    'threads-at-import',
    'import threading, time, os\nthreading.Thread(target=lambda: time.sleep(3600), daemon=True).start()\n' +
      'def handle(request, heartbeat):\n    return {"resultsBatch": [{"threads": threading.active_count()}]}\n',
  ),
};

describe.each(SANDBOX_MODES)('a Python handler with sandbox "%s"', (sandbox) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({ sandbox, lambdas: LAMBDAS });
  });
  afterAll(async () => await bench.close());

  const run = async (name: string, items: readonly Record<string, unknown>[] = [{}], streams: readonly string[] = []) => {
    const handle = await prepare(bench, taskFor(bench, name, { streams }));
    const observed = await runJob(handle, items);
    const again = await runJob(handle, items);
    await handle.dispose();
    expect(again.outcome.kind).toBe(observed.outcome.kind);
    return observed;
  };

  test('that throws crashes the batch with its traceback (lambdas R91)', async () => {
    const { outcome } = await run('throws');
    expect(outcome).toMatchObject({ kind: 'crashed', streamed: [] });
    expect(outcome.kind === 'crashed' && outcome.reason).toMatch(/^Traceback[\s\S]*handler\.py[\s\S]*ValueError: not this one\s*$/);
  });

  test('that ends its process crashes the batch with the exit code', async () => {
    expect((await run('exits')).outcome).toMatchObject({ kind: 'crashed', reason: expect.stringContaining('exit code 3') });
    expect((await run('quits')).outcome).toMatchObject({ kind: 'crashed', reason: expect.stringContaining('SystemExit: enough') });
  });

  test('that prints garbage does not disturb the protocol; the output goes to the log (lambdas R104)', async () => {
    const { outcome, output } = await run('garbage', [{}, {}]);
    expect(outcome).toMatchObject({ kind: 'answered', response: { resultsBatch: [{}, {}] } });
    expect(output).toContain('garbage é');
    expect(output).toContain('on stderr');
  });

  test('that answers too few items or nothing has its answer passed through (lambdas R90)', async () => {
    expect((await run('too-few', [{}, {}])).outcome).toMatchObject({ kind: 'answered', response: { resultsBatch: [{}] } });
    expect((await run('nothing')).outcome).toMatchObject({ kind: 'answered', response: null });
  });

  test('finds its module state as after the import in every batch (lambdas R96)', async () => {
    const handle = await prepare(bench, taskFor(bench, 'state'));
    for (let index = 0; index < 3; index += 1) {
      expect((await runJob(handle, [{}])).outcome).toMatchObject({ response: { resultsBatch: [{ calls: 1 }] } });
    }
    await handle.dispose();
  });

  test('that kills its own supervisor crashes the batch and the next one gets a new runner', async () => {
    expect((await run('kills-its-parent')).outcome).toMatchObject({ kind: 'crashed', reason: expect.stringContaining('runner ended') });
  });

  test('that cannot be imported fails the preparation with the reason', async () => {
    const prepared = await bench.runtime.prepare(taskFor(bench, 'bad-import'), new AbortController().signal);
    expect(prepared).toMatchObject({ kind: 'failed', reason: expect.stringContaining('module_that_is_not_there') });
    const without = await bench.runtime.prepare(taskFor(bench, 'no-handle'), new AbortController().signal);
    expect(without).toMatchObject({ kind: 'failed', reason: expect.stringContaining('has no function handle') });
  });

  test('that streams a broken line, a link or a pipe reports it instead of following it', async () => {
    expect((await run('bad-stream', [{}], ['stats'])).outcome).toMatchObject({
      kind: 'answered',
      streamed: [{ resultName: 'stats', value: { a: 1 } }],
      streamError: expect.stringContaining('line 2'),
    });
    for (const name of ['link-stream', 'fifo-stream']) {
      expect((await run(name, [{}], ['stats'])).outcome).toMatchObject({
        kind: 'answered',
        streamed: [],
        streamError: expect.stringContaining('stats'),
      });
    }
  });

  test('that starts a thread at import runs in a fresh interpreter', async () => {
    expect((await run('threads-at-import')).outcome).toMatchObject({ kind: 'answered', response: { resultsBatch: [{ threads: 2 }] } });
  });
});

test('an image that nothing implements fails and lists what was tried', async () => {
  const bench = await openBench({ sandbox: 'off' });
  const prepared = await bench.runtime.prepare(taskFor(bench, 'onedata/nobody-knows:v1'), new AbortController().signal);
  expect(prepared).toMatchObject({ kind: 'failed', reason: expect.stringContaining('onedata/nobody-knows:v1') });
  expect(prepared.kind === 'failed' && prepared.tried?.join(' ')).toMatch(/mappings.*lambdas of .*built-in catalogue: .*echo/);
  await bench.close();
});
