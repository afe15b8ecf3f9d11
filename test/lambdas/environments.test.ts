import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench, prepare, runJob, SANDBOX_MODES, taskFor, type Bench } from './support.ts';

const WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/tinything-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("tinything.py", "ANSWER = 42\\n")
    wheel.writestr("tinything-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tinything\\nVersion: 1.0\\n")
    wheel.writestr("tinything-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("tinything-1.0.dist-info/RECORD", "tinything.py,,\\ntinything-1.0.dist-info/METADATA,,\\ntinything-1.0.dist-info/WHEEL,,\\ntinything-1.0.dist-info/RECORD,,\\n")
`;
const lambda = (name: string, requirements: string): Record<string, string> => ({
  'lambda.yaml': `name: ${name}\nimages: [${name}]\npython: handler.py\nrequirements: requirements.txt\n`,
  'requirements.txt': requirements,
  'handler.py': 'import tinything\ndef handle(request, heartbeat):\n    return {"resultsBatch": [{"answer": tinything.ANSWER}]}\n',
});

describe.each(SANDBOX_MODES)('the virtual environment of a lambda with sandbox "%s"', (sandbox) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({
      sandbox,
      lambdas: {
        one: lambda('one', '# comment\ntinything==1.0\nonedata-lambda-utils==0.3.1\n'),
        two: lambda('two', 'tinything==1.0 # the same\n'),
        missing: lambda('missing', 'there-is-no-such-thing==9.9\n'),
      },
    });
    const wheels = join(bench.directory, 'wheels');
    mkdirSync(wheels);
    execFileSync('python3', ['-c', WHEEL, wheels]);
    chmodSync(bench.directory, 0o755);
    process.env['PIP_FIND_LINKS'] = wheels;
    process.env['PIP_NO_INDEX'] = '1';
  });
  afterAll(async () => {
    delete process.env['PIP_FIND_LINKS'];
    delete process.env['PIP_NO_INDEX'];
    await bench.close();
  });
  const environments = (): string[] => {
    const path = join(bench.directory, 'cache/python');
    return existsSync(path) ? readdirSync(path) : [];
  };

  test('that is being built when the preparation stops leaves nothing behind', async () => {
    const stop = new AbortController();
    const preparing = bench.runtime.prepare(taskFor(bench, 'one'), stop.signal);
    while (environments().length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const startAt = performance.now();
    stop.abort();
    expect(await preparing).toMatchObject({ kind: 'failed', reason: expect.stringContaining('stopped') });
    expect(performance.now() - startAt).toBeLessThan(2_500);
    await expect.poll(environments).toEqual([]);
  });

  test('holds what requirements.txt asks for and is built once per content', async () => {
    const [first, second] = await Promise.all([prepare(bench, taskFor(bench, 'one')), prepare(bench, taskFor(bench, 'two'))]);
    for (const handle of [first, second]) {
      expect((await runJob(handle, [{}])).outcome).toMatchObject({ kind: 'answered', response: { resultsBatch: [{ answer: 42 }] } });
      await handle.dispose();
    }
    expect(environments()).toHaveLength(1);
  });

  test('that cannot be built fails the preparation with what pip said', async () => {
    const prepared = await bench.runtime.prepare(taskFor(bench, 'missing'), new AbortController().signal);
    expect(prepared).toMatchObject({ kind: 'failed', reason: expect.stringContaining('there-is-no-such-thing') });
    await expect.poll(environments).toHaveLength(1);
  });
});

describe('the identity of a lambda of a root server', () => {
  const WHO =
    'import os\ndef handle(request, heartbeat):\n    out = {"uid": os.getuid(), "gid": os.getgid(), "groups": os.getgroups()}\n' +
    '    try:\n        with open("/mnt/onedata/krakow/new", "w") as new:\n            new.write("x")\n        out["wrote"] = True\n    except OSError:\n        out["wrote"] = False\n' +
    '    out["names"] = os.listdir("/mnt/onedata/krakow")\n    return {"resultsBatch": [out]}\n';
  const isRoot = process.getuid?.() === 0;

  test.runIf(isRoot).each([
    ['the owner of the space', 4242, 0o700, false, { uid: 4242, gid: 4243, groups: [], wrote: true }],
    ['nobody where root’s space is read-only and open', 0, 0o755, true, { uid: 65534, gid: 65534, groups: [], wrote: false }],
    ['uid 0 without capabilities where only root may read', 0, 0o700, true, { uid: 0, groups: [], wrote: false }],
    ['uid 0 without capabilities where root’s space is writable', 0, 0o755, false, { uid: 0, groups: [], wrote: true }],
  ] as const)('is %s', async (_name, uid, mode, readonly, expected) => {
    const bench = await openBench({
      sandbox: 'required',
      lambdas: { who: { 'lambda.yaml': 'name: who\nimages: [who]\npython: handler.py\n', 'handler.py': WHO } },
    });
    writeFileSync(join(bench.spaceRoot, 'file'), '');
    chownSync(bench.spaceRoot, uid, uid === 0 ? 0 : uid + 1);
    chmodSync(bench.spaceRoot, mode);
    const handle = await prepare(bench, taskFor(bench, 'who', { readonly }));
    const { outcome } = await runJob(handle, [{}]);
    expect(outcome).toMatchObject({
      kind: 'answered',
      response: { resultsBatch: [{ ...expected, names: expect.arrayContaining(['file']) }] },
    });
    if (expected.wrote) {
      expect(statSync(join(bench.spaceRoot, 'new')).uid).toBe(uid);
    }
    await bench.close();
  });
});

test('a lambda beyond its memory is ended and says why', async () => {
  const handler = 'def handle(request, heartbeat):\n    data = bytearray(400 * 1024 * 1024)\n    return None\n';
  const bench = await openBench({
    sandbox: 'required',
    lambdas: { greedy: { 'lambda.yaml': 'name: greedy\nimages: [greedy]\npython: handler.py\n', 'handler.py': handler } },
  });
  const task = taskFor(bench, 'greedy');
  const limited = {
    ...task,
    lambdaRevision: { ...task.lambdaRevision, resourceSpec: { ...task.lambdaRevision.resourceSpec, memoryLimit: 100 * 1024 * 1024 } },
  };
  const handle = await prepare(bench, limited);
  expect((await runJob(handle, [{}])).outcome).toMatchObject({ kind: 'crashed', reason: expect.stringContaining('MemoryError') });
  await bench.close();
});

test('a handle says whether its lambda may use the network', async () => {
  const files = (network: boolean): Record<string, string> => ({
    'lambda.yaml': `name: n${network}\nimages: [n${network}]\npython: handler.py\nnetwork: ${network}\n`,
    'handler.py':
      'import os\ndef handle(request, heartbeat):\n    return {"resultsBatch": [{"verify": os.environ.get("VERIFY_SSL_CERTIFICATES")}]}\n',
  });
  const bench = await openBench({ sandbox: 'required', lambdas: { yes: files(true), no: files(false) } });
  expect((await prepare(bench, taskFor(bench, 'ntrue'))).network).toBe(true);
  expect((await prepare(bench, taskFor(bench, 'nfalse'))).network).toBe(false);
  await bench.close();
});
