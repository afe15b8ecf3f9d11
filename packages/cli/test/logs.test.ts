/** `laneway logs`: which entries are printed, in which order and form, and how it follows an execution. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseMoment } from '../src/logs/since.ts';
import { buildProgram } from '../src/program.ts';
import { LogServer } from './support/log-server.ts';

let server: LogServer;
let url: string;
let folder: string;
beforeEach(async () => {
  server = new LogServer();
  url = await server.listen();
  folder = mkdtempSync(join(tmpdir(), 'laneway-logs-'));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Printed {
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], color = false): Promise<Printed> {
  const out = new PassThrough();
  const err = new PassThrough();
  const printed = Promise.all([text(out), text(err)]);
  try {
    const program = buildProgram({ out, err, interactive: false, color, env: {} }, '1.2.3');
    await program.parseAsync(['logs', ...args, '--server', url, '--token', 't'], { from: 'user' });
  } finally {
    out.end();
    err.end();
  }
  const [first, second] = await printed;
  return { out: first, err: second };
}

const lines = async (...args: readonly string[]): Promise<readonly string[]> => (await run(['e1', ...args])).out.split('\n').slice(0, -1);
const texts = async (...args: readonly string[]): Promise<readonly string[]> => (await lines(...args)).map((line) => line.slice(35));

const resize = { taskId: 't1', schemaId: 's1', name: 'resize' };
const crop = { taskId: 't2', schemaId: 's2', name: 'crop' };
const inResize = '[Lane: 1, Run: 1, PBox: 1, Task: 1] resize:';
const inCrop = '[Lane: 1, Run: 1, PBox: 1, Task: 2] crop:';

describe('which entries', () => {
  beforeEach(() => {
    server.tasks = [resize, crop];
    for (const timestamp of [1, 4]) server.add('workflow-log', { timestamp });
    for (const timestamp of [2, 4, 5]) server.add('t1-log', { timestamp });
    server.add('t2-log', { timestamp: 3 });
  });

  test('those of the workflow by themselves, of one task by its name or id, of everything by time', async () => {
    expect(await texts()).toEqual(['workflow-log 1', 'workflow-log 4']);
    const ofResize = ['t1-log 2', 't1-log 4', 't1-log 5'].map((entry) => `${inResize} ${entry}`);
    for (const name of ['resize', 's1', 't1']) expect(await texts('--task', name)).toEqual(ofResize);
    expect(await texts('--all')).toEqual([
      'workflow-log 1',
      `${inResize} t1-log 2`,
      `${inCrop} t2-log 3`,
      'workflow-log 4',
      `${inResize} t1-log 4`,
      `${inResize} t1-log 5`,
    ]);
  });

  test('the last ones, of all logs together, without reading the rest', async () => {
    expect(await texts('--all', '--tail', '3')).toEqual(['workflow-log 4', `${inResize} t1-log 4`, `${inResize} t1-log 5`]);
    expect(await texts('--tail', '0')).toEqual([]);
    expect(await texts('--all', '--tail', '99')).toHaveLength(6);
  });

  test('those from a moment on', async () => {
    const since = new Date(4).toISOString();
    expect(await texts('--all', '--since', since)).toEqual(['workflow-log 4', `${inResize} t1-log 4`, `${inResize} t1-log 5`]);
    expect(await texts('--all', '--since', since, '--tail', '5')).toHaveLength(3);
  });

  test('those of a severity and worse, counted after the others are left out', async () => {
    server.add('workflow-log', { timestamp: 6, severity: 'critical' });
    server.add('workflow-log', { timestamp: 7, severity: 'error' });
    server.add('workflow-log', { timestamp: 8, severity: 'warning' });
    expect(await texts('--level', 'error')).toEqual(['workflow-log 6', 'workflow-log 7']);
    expect(await texts('--all', '--level', 'warning', '--tail', '2')).toEqual(['workflow-log 7', 'workflow-log 8']);
  });

  test('of a task that is not there are refused with the names of those that are', async () => {
    await expect(run(['e1', '--task', 'rezise'])).rejects.toMatchObject({
      message: 'the execution has no task "rezise"',
      hint: 'its tasks are "resize", "crop"',
    });
  });

  test.each([
    [['--task', 'a', '--all']],
    [['--level', 'bad']],
    [['--tail', '-1']],
    [['--since', 'yesterday']],
    [['--dump', 'x', '--follow']],
    [['--dump', 'x', '--json']],
  ])('%j is wrong usage', async (args) => {
    await expect(run(['e1', ...args])).rejects.toMatchObject({ name: 'CommanderError', exitCode: 1 });
  });
});

test('a log that nobody wrote to is empty (data-and-stores R39)', async () => {
  expect(await run(['e1'])).toEqual({ out: '', err: '' });
  expect(await run(['e1', '--tail', '5'])).toEqual({ out: '', err: '' });
});

test('a log of any length is read page by page: a page is asked for when the one before is printed', async () => {
  const count = 5000;
  for (let timestamp = 0; timestamp < count; timestamp += 1) server.add('workflow-log', { timestamp });
  let written = 0;
  const readBefore: number[] = [];
  server.onRequest = (request) => {
    if (request.pathname.endsWith('/content')) readBefore.push(written);
  };
  const out = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => {
      written += 1;
      setImmediate(done);
    },
  });
  const program = buildProgram({ out, err: new PassThrough(), interactive: false, color: false, env: {} }, '1.2.3');
  await program.parseAsync(['logs', 'e1', '--server', url, '--token', 't'], { from: 'user' });
  expect(written).toBe(count);
  const limit = Number(server.requests.at(-1)?.searchParams.get('limit'));
  expect(limit).toBeLessThanOrEqual(500);
  expect(readBefore).toEqual(Array.from({ length: Math.ceil(count / limit) }, (_, page) => page * limit));
});

describe('lines for people', () => {
  const one = async (content: unknown, severity = 'info'): Promise<string> => {
    server.add('workflow-log', { timestamp: 0, severity, content });
    return (await lines()).at(-1) ?? '';
  };

  test('have time, severity, description, and the names of the tasks they are about (execution §12.2)', async () => {
    server.tasks = [resize];
    const content = { description: '[Lane: 1, Run: 1, PBox: 1, Task: 1] Started.', referencedElements: { tasks: ['t1', 'gone0000'] } };
    expect(await one(content, 'notice')).toBe(
      '1970-01-01T00:00:00.000Z notice    [Lane: 1, Run: 1, PBox: 1, Task: 1] Started. (task "resize", "gone…")',
    );
  });

  test('fold details and say where all of it is', async () => {
    const reason = 'Traceback:\n  File "h.py"\nValueError: no\n';
    expect(await one({ description: 'It failed.', details: { reason, retriesLeft: 2 } }, 'error')).toBe(
      '1970-01-01T00:00:00.000Z error     It failed. Reason: ValueError: no retriesLeft=2',
    );
    expect((await run(['e1'])).err).toBe('hint: some details are shortened, --json prints them whole\n');
  });

  test('have no hint when nothing is missing', async () => {
    expect(await one({ description: 'Stopped.', details: { reason: 'pause', status: 'paused' } })).toMatch(
      /Stopped\. Reason: pause status=paused$/,
    );
    expect((await run(['e1'])).err).toBe('');
  });

  test('show what lambdas log by its description, or as it is (ui-and-scenarios R42)', async () => {
    expect(await one({ description: 3, a: 1 })).toMatch(/ 3 a=1$/);
    expect(await one({ a: 1 })).toMatch(/ \{"a":1\}$/);
    expect(await one('text\u0007')).toMatch(/ "text\\x07"$|"text\\u0007"$/);
  });

  test('of a task name the item that they are about', async () => {
    server.tasks = [resize];
    server.add('t1-log', { timestamp: 0, content: { description: 'No.', referencedElements: { itemTraceIds: ['ab12'] } } });
    server.add('t1-log', { timestamp: 1, content: { description: 'No.', referencedElements: { itemTraceIds: ['a', 'b'] } } });
    expect(await texts('--task', 'resize')).toEqual([`${inResize} No. (item ab12)`, `${inResize} No. (2 items)`]);
  });

  test('tell what the workflow and the task both say only once', async () => {
    server.tasks = [resize];
    const place = '[Lane: 1, Run: 1, PBox: 1, Task: 1]';
    server.add('workflow-log', { timestamp: 1, content: { description: `${place} Started.`, referencedElements: { tasks: ['t1'] } } });
    server.add('t1-log', { timestamp: 1, content: { description: 'Started.' } });
    server.add('t1-log', { timestamp: 1, content: { description: 'Started.' } });
    server.add('t1-log', { timestamp: 1, content: { description: 'Started.', details: { more: 1 } } });
    server.add('t1-log', { timestamp: 2, content: { description: 'Started.' } });
    expect(await texts('--all')).toEqual([
      `${place} Started. (task "resize")`,
      `${inResize} Started.`,
      `${inResize} Started. more=1`,
      `${inResize} Started.`,
    ]);
    expect(await lines('--all', '--json')).toHaveLength(5);
  });

  test('name tasks by their schema id on servers that do not show the schema', async () => {
    server.tasks = [resize];
    server.hasSchema = false;
    server.add('t1-log', { timestamp: 0 });
    expect(await texts('--task', 't1')).toEqual(['[Lane: 1, Run: 1, PBox: 1, Task: 1] s1: t1-log 0']);
  });

  test('have colours for what went wrong only where colours are wanted', async () => {
    for (const severity of ['critical', 'warning', 'info', 'debug']) server.add('workflow-log', { timestamp: 0, severity });
    const escape = String.fromCharCode(27);
    const colored = (await run(['e1'], true)).out.split('\n');
    expect(colored.map((line) => /^\[(\d+)m/.exec(line.split(escape)[1] ?? '')?.[1])).toEqual(['31', '33', undefined, '90', undefined]);
    expect((await run(['e1'])).out).not.toContain(escape);
  });
});

test('lines of JSON are the entries as stored, and where each comes from', async () => {
  server.tasks = [resize];
  server.add('workflow-log', { timestamp: 1, content: { description: 'a', details: { reason: 'b\nc' } } });
  server.add('t1-log', { timestamp: 2, source: 'user', content: [1] });
  const parsed = (await lines('--all', '--json')).map((line) => JSON.parse(line) as unknown);
  expect(parsed).toEqual([
    {
      index: '0',
      timestamp: 1,
      severity: 'info',
      source: 'system',
      content: { description: 'a', details: { reason: 'b\nc' } },
      from: { log: 'workflow', storeId: 'workflow-log' },
    },
    {
      index: '0',
      timestamp: 2,
      severity: 'info',
      source: 'user',
      content: [1],
      from: {
        log: 'task',
        storeId: 't1-log',
        taskId: 't1',
        taskName: 'resize',
        schemaId: 's1',
        laneIndex: 1,
        runNumber: 1,
        boxIndex: 1,
        taskIndex: 1,
      },
    },
  ]);
});

describe('following', () => {
  /** Does the steps one after the other, each when the details have been asked for once more. */
  function script(...steps: readonly (() => void)[]): void {
    const left = [...steps];
    server.onRequest = (request) => {
      if (request.pathname.endsWith('/workflows/e1')) left.shift()?.();
    };
  }
  const end = (): void => {
    server.status = 'finished';
    server.runStatus = 'finished';
  };

  test('prints what comes, also of tasks that come, and ends when the execution has ended and everything is printed', async () => {
    server.add('workflow-log', { timestamp: 1 });
    server.schemaTasks = [resize];
    script(
      () => undefined,
      () => {
        server.tasks = [resize];
        server.add('workflow-log', { timestamp: 2 });
        server.add('t1-log', { timestamp: 3 });
      },
      () => {
        server.add('t1-log', { timestamp: 4 });
        end();
        server.add('workflow-log', { timestamp: 5 });
      },
    );
    expect(await texts('--all', '--follow')).toEqual([
      'workflow-log 1',
      'workflow-log 2',
      `${inResize} t1-log 3`,
      `${inResize} t1-log 4`,
      'workflow-log 5',
    ]);
  });

  test('begins with the last entries, misses none and repeats none', async () => {
    for (const timestamp of [1, 2, 3]) server.add('workflow-log', { timestamp });
    script(
      () => undefined,
      () => {
        server.add('workflow-log', { timestamp: 4 });
        end();
      },
    );
    expect(await texts('--follow', '--tail', '1')).toEqual(['workflow-log 3', 'workflow-log 4']);
  });

  test('ends at once with an execution that has ended, and goes on with one that is paused', async () => {
    server.add('workflow-log', { timestamp: 1 });
    end();
    expect(await texts('-f')).toEqual(['workflow-log 1']);
    server.status = 'paused';
    script(
      () => undefined,
      () => server.add('workflow-log', { timestamp: 2 }),
      end,
    );
    expect(await texts('-f')).toEqual(['workflow-log 1', 'workflow-log 2']);
  });

  test('a server that restarts somewhere else is found again by its data directory, and nothing is lost or repeated', async () => {
    for (const timestamp of [1, 2]) server.add('workflow-log', { timestamp });
    const tell = (address: string): void => writeFileSync(join(folder, 'server.json'), JSON.stringify({ url: address }));
    tell(url);
    writeFileSync(join(folder, 'admin.token'), 't');
    const second = new LogServer();
    for (const timestamp of [1, 2, 3]) second.add('workflow-log', { timestamp });
    second.status = 'finished';
    script(
      () => undefined,
      () => {
        server.failing = 503;
        rmSync(join(folder, 'server.json'));
        void second.listen().then(tell);
      },
    );
    const out = new PassThrough();
    const err = new PassThrough();
    const printed = Promise.all([text(out), text(err)]);
    const program = buildProgram({ out, err, interactive: false, color: false, env: {} }, '1.2.3');
    await program.parseAsync(['logs', 'e1', '--follow', '--data-dir', folder], { from: 'user' });
    out.end();
    err.end();
    const [said, warned] = await printed;
    expect(said.split('\n').map((line) => line.slice(35))).toEqual(['workflow-log 1', 'workflow-log 2', 'workflow-log 3', '']);
    expect(warned).toBe('the server does not answer, waiting for it\n');
    await second.close();
  });

  test('a refusal is no interruption: it ends', async () => {
    script(
      () => undefined,
      () => (server.failing = 403),
    );
    await expect(run(['e1', '--follow'])).rejects.toMatchObject({ status: 403 });
  });
});

describe('a dump', () => {
  test('is the log of the workflow, or of one task, as the server dumps it', async () => {
    server.tasks = [resize];
    server.add('workflow-log', { timestamp: 1 });
    server.add('t1-log', { timestamp: 2 });
    const file = join(folder, 'log.json');
    expect(await lines('--dump', file)).toEqual([`wrote ${file}`]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject([{ timestamp: 1 }]);
    expect(JSON.parse((await run(['e1', '--task', 'resize', '--dump', '-'])).out)).toMatchObject([{ timestamp: 2 }]);
  });

  test('that cannot be written leaves what was there, and tells why', async () => {
    server.add('workflow-log', { timestamp: 1 });
    writeFileSync(join(folder, 'old'), 'kept');
    await expect(run(['e1', '--dump', join(folder, 'old', 'log.json')])).rejects.toThrow(
      /^cannot write .*a part of the path is no directory$/,
    );
    await expect(run(['e1', '--dump', folder])).rejects.toThrow(/^cannot write .*it is a directory$/);
    expect(readFileSync(join(folder, 'old'), 'utf8')).toBe('kept');
  });
});

test.each([
  ['90s', 10_000],
  ['1m', 40_000],
  ['0h', 100_000],
  ['1d', -86_300_000],
  ['1970-01-01T00:00:05Z', 5000],
])('%s is a moment', (written, moment) => {
  expect(parseMoment(written, 100_000)).toBe(moment);
});
