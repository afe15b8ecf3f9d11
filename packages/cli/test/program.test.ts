import { mkdtempSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ApiError, UnreachableError } from '@laneway/client';
import { isEntityName } from '@laneway/model';
import { serveOptions } from '@laneway/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect, findServer, findToken } from '../src/connection.ts';
import { describeFailure, UsageError } from '../src/failure.ts';
import { buildProgram } from '../src/program.ts';
import { spaceName } from '../src/run/choose-space.ts';
import { entryText } from '../src/run/reasons.ts';
import { printable } from '../src/terminal.ts';

let folder: string;
let server: Server | undefined;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'laneway-cli-')));
});
afterEach(async () => {
  process.exitCode = undefined;
  rmSync(folder, { recursive: true, force: true });
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}, err: PassThrough = new PassThrough()): Promise<string> {
  const out = new PassThrough();
  const printed = text(out);
  try {
    await buildProgram({ out, err, interactive: false, color: false, env }, '1.2.3').parseAsync(args, {
      from: 'user',
    });
  } finally {
    out.end();
  }
  return await printed;
}

/** Answers from a table "METHOD path" → body, or a function that answers; what is not in it is a 404. */
async function fakeServer(answers: Record<string, unknown>, seen: unknown[] = []): Promise<string> {
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = `${request.method} ${(request.url ?? '').split('?')[0]?.replace('/api/v3/', '')}`;
      const body = Buffer.concat(chunks).toString();
      if (body !== '') seen.push({ path, body: JSON.parse(body) as unknown });
      const answer = answers[path];
      if (typeof answer === 'function') {
        (answer as (response: ServerResponse) => void)(response);
      } else if (path.endsWith('/events')) {
        response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(`id: 1\nevent: snapshot\ndata: ${JSON.stringify(answer)}\n\n`);
      } else if (answer === undefined) {
        response.writeHead(404).end(JSON.stringify({ error: { id: 'notFound', description: `nothing at ${path}` } }));
      } else {
        const location = typeof answer === 'object' && answer !== null && 'location' in answer ? String(answer.location) : undefined;
        response.writeHead(location === undefined ? 200 : 201, location === undefined ? {} : { location }).end(JSON.stringify(answer));
      }
    });
  });
  server = http;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

describe('server and token', () => {
  test('come from the option, then the variable, then the data directory', () => {
    writeFileSync(join(folder, 'server.json'), '{"url": "http://file:1"}');
    writeFileSync(join(folder, 'admin.token'), 'from-file\n');
    const dataDir = folder;
    expect(findServer({ dataDir }, {})).toBe('http://file:1');
    expect(findServer({ dataDir }, { LANEWAY_SERVER: 'http://env:1' })).toBe('http://env:1');
    expect(findServer({ dataDir, server: 'http://option:1' }, { LANEWAY_SERVER: 'http://env:1' })).toBe('http://option:1');
    expect(findToken({ dataDir }, {})).toBe('from-file');
    expect(findToken({ dataDir }, { LANEWAY_TOKEN: 'env' })).toBe('env');
    expect(findToken({ dataDir, token: 'option' }, { LANEWAY_TOKEN: 'env' })).toBe('option');
    expect(findServer({}, { LANEWAY_DATA_DIR: folder })).toBe('http://file:1');
  });

  test('that are missing or broken are named', () => {
    expect(() => connect({ dataDir: folder }, {})).toThrow(`no server runs on ${folder}`);
    expect(() => connect({ server: 'localhost:8080' }, {})).toThrow(/"localhost:8080" is not a URL/);
    expect(() => connect({ dataDir: folder, server: 'http://x' }, {})).toThrow('no access token');
    writeFileSync(join(folder, 'server.json'), '{');
    expect(() => findServer({ dataDir: folder }, {})).toThrow(/server\.json has no usable "url"/);
  });
});

describe('arguments', () => {
  test.each([
    [['serve', '--sandbox', 'maybe']],
    [['list', '--phase', 'never']],
    [['run']],
    [['bogus']],
    [['space', 'create', 'x']],
    [['list', '--nope']],
  ])('%j is refused as wrong usage', async (args) => {
    await expect(run(args)).rejects.toMatchObject({ exitCode: 1, name: 'CommanderError' });
  });

  test('run needs exactly one of --space and --dir', async () => {
    await expect(run(['run', 'x.json'])).rejects.toThrow('give either --space or --dir');
    await expect(run(['run', 'x.json', '--space', 'a', '--dir', '.'])).rejects.toThrow('give either --space or --dir');
  });

  test.each(['0', '-1', '1.5', 'x'])('run refuses revision %s', async (revision) => {
    await expect(run(['run', 'x.json', '--space', 'a', `--revision=${revision}`])).rejects.toThrow(/It is not a revision number/);
  });

  test('every command explains itself', async () => {
    for (const command of [
      'bulk',
      'serve',
      'run',
      'list',
      'show',
      'cancel',
      'delete',
      'receipt',
      'blockers',
      'logs',
      'store',
      'doctor',
      'completion',
    ]) {
      await expect(run([command, '--help'])).rejects.toMatchObject({ exitCode: 0 });
    }
  });
});

test('list takes names of users and workflows, and refuses those that nobody has', async () => {
  const asked: URLSearchParams[] = [];
  const url = await fakeServer({
    ...workflowServer('finished', {}),
    'GET onezone/user': { userId: 'u1', username: 'ada', fullName: 'Ada Lovelace' },
    'GET onezone/user/effective_atm_inventories': { atm_inventories: ['inv'] },
    'GET onezone/users': { users: [] },
    'GET onezone/atm_inventories/inv': { atmInventoryId: 'inv', name: 'workflows' },
    'GET onezone/atm_inventories/inv/atm_workflow_schemas': { atm_workflow_schemas: ['s1'] },
    'GET onezone/atm_workflow_schemas/s1': { atmWorkflowSchemaId: 's1', name: 'sums', revisionRegistry: {} },
    'GET oneprovider/spaces/sp/automation/execution/summaries': (response: ServerResponse) => {
      asked.push(new URL(response.req.url ?? '', url).searchParams);
      response.end(JSON.stringify({ atmWorkflowExecutionSummaries: [], nextPageToken: null }));
    },
  });
  const list = async (...args: readonly string[]): Promise<string> => await run(['list', ...args, '--server', url, '--token', 't']);
  await list('--user', 'Ada Lovelace', '--workflow', 'sums');
  await list('--user', 'me');
  const anId = 'a'.repeat(32);
  await list('--user', anId, '--workflow', anId);
  expect(asked.map((query) => [query.get('userId'), query.get('atmWorkflowSchemaId')])).toEqual([
    ['u1', 's1'],
    ['u1', null],
    [anId, anId],
  ]);
  await expect(list('--user', 'bob')).rejects.toThrow('there is no user "bob"');
  await expect(list('--workflow', 'sum')).rejects.toThrow('there is no workflow "sum"');
  expect(asked).toHaveLength(3);
});

test('options that may be repeated have no default that the help would print as "[]"', () => {
  const program = buildProgram({ out: new PassThrough(), err: new PassThrough(), interactive: false, color: false, env: {} }, '1.2.3');
  for (const command of program.commands) expect(command.helpInformation()).not.toContain('[]');
});

test('the options of serve are settings of the server, and the defaults in its help are theirs', async () => {
  const program = buildProgram({ out: new PassThrough(), err: new PassThrough(), interactive: false, color: false, env: {} }, '1.2.3');
  const options = program.commands.find((command) => command.name() === 'serve')?.options.filter((option) => option.long !== '--config');
  expect(options?.length).toBeGreaterThan(9);
  for (const option of options ?? []) {
    const name = option.attributeName() as keyof typeof serveOptions;
    expect(Object.keys(serveOptions)).toContain(name);
    const shown = /\(default: (.*)\)/.exec(option.description)?.[1]?.replace(/^\.\//, '');
    if (shown !== undefined && name !== 'sandbox') expect(JSON.stringify(serveOptions[name].fallback).replaceAll('"', '')).toBe(shown);
  }
});

describe('failures', () => {
  test('of the server name the field and the innermost reason', () => {
    const specificError = { id: 'badValueEmpty', description: 'Value must not be empty' };
    const error = new ApiError(400, { id: 'badData', description: 'Bad data', details: { key: 'tasks', specificError } });
    expect(describeFailure(error, {})).toBe('error: Bad data (field "tasks"): Value must not be empty [badData]');
  });

  test('that came together are all told', () => {
    const closing = new AggregateError([new Error('jobs still run'), new AggregateError([new Error('disk full')], 'files')], 'not clean');
    expect(describeFailure(closing, {})).toBe('error: not clean: jobs still run; files: disk full');
  });

  test('of what is not there tell where its id is found', () => {
    expect(describeFailure(new ApiError(404, { id: 'notFound', description: 'No' }), {})).toMatch(
      /\nhint: "laneway list" shows .*"laneway show"/,
    );
  });

  test.each([
    ['/api/v3/oneprovider/automation/execution/workflows/e%201/receipt', 'there is no execution "e 1"'],
    ['/api/v3/oneprovider/automation/execution/workflows/e1/pods/p1/events', 'there is no pod "p1"'],
    ['/api/v3/oneprovider/automation/execution/stores/s1/content?limit=1', 'there is no store "s1"'],
    ['/api/v3/oneprovider/datasets/d1', 'there is no dataset "d1"'],
    ['/api/v3/onezone/groups/g1', 'No'],
  ])('of %s name what is not there', (path, message) => {
    const error = new ApiError(404, { id: 'notFound', description: 'No' }, path);
    expect(describeFailure(error, {})).toMatch(new RegExp(`^error: ${message} \\[notFound\\]\nhint: `));
  });

  test('of wrong usage tell how to get help', async () => {
    const err = new PassThrough();
    await expect(run(['lits'], {}, err)).rejects.toMatchObject({ name: 'CommanderError' });
    expect(String(err.read())).toMatch(/Did you mean list.*\nhint: with --help the command shows what it takes\n$/);
  });

  test.each([
    [['run', 'x.json']],
    [['bulk', 'cancel', '--space', 's']],
    [['privileges', 'show', 'me']],
    [['token', 'create']],
    [['space', 'edit', 'x']],
  ])('that only the whole of %j shows are wrong usage as well', async (args) => {
    const server = ['--server', 'http://127.0.0.1:1', '--token', 't'];
    await expect(run([...args, ...server])).rejects.toBeInstanceOf(UsageError);
  });

  test.each([
    [
      { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: 'self-signed certificate' },
      'https',
      /self-signed certificate\nhint: .*NODE_EXTRA_CA_CERTS/,
    ],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER', message: '40:error:0A' }, 'https', /does not speak HTTPS\nhint: write http:/],
    [{ code: 'UND_ERR_SOCKET', message: 'other side closed' }, 'http', /other side closed\nhint: if it speaks HTTPS, write https:/],
    [{ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }, 'http', /ECONNREFUSED\nhint: start one with "laneway serve"/],
  ])('to reach a server tell what to do (%j)', ({ code, message }, scheme, expected) => {
    const cause = new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });
    const text = describeFailure(new UnreachableError(`${scheme}://server`, cause), {});
    expect(text).toMatch(expected);
    expect(text).not.toContain('error:0A');
  });

  test('a token that cannot be sent is told as one, and an empty one is not replaced by that of the administrator', () => {
    writeFileSync(join(folder, 'admin.token'), 'abc\n');
    expect(findToken({ dataDir: folder }, {})).toBe('abc');
    expect(findToken({ dataDir: folder, token: ' abc\n' }, {})).toBe('abc');
    expect(() => findToken({ dataDir: folder, token: '' }, {})).toThrow('the token is empty');
    for (const token of ['a\nb', 'ä', 'a b']) expect(() => findToken({ token }, {})).toThrow('characters that no token has');
  });

  test('of lambdas are told by their message, not by a frame of the stack', () => {
    const entry = (reason: string): string => entryText({ content: { description: 'It failed.', details: { reason } } });
    expect(entry('TypeError: no name\n    at item (file:///h.ts:1:2)\n    at async run (file:///k.ts:3:4)')).toBe(
      'It failed. Reason: TypeError: no name',
    );
    expect(entry('Traceback:\n  File "h.py", line 1\nValueError: no\n')).toBe('It failed. Reason: ValueError: no');
  });

  test('of rights come with a hint', () => {
    expect(describeFailure(new ApiError(403, { id: 'forbidden', description: 'No' }), {})).toMatch(/^error: No \[forbidden\]\nhint: /);
  });
});

test('control characters in names do not reach the terminal', () => {
  expect(printable('a\u001B[31mb\n')).toBe(String.raw`a\x1b[31mb\x0a`);
});

test('directories of the same name get different, valid names of spaces (rest R108)', () => {
  expect(spaceName('/a/data')).not.toBe(spaceName('/b/data'));
  for (const path of ['/', '/.hidden', '/a b', `/${'x'.repeat(200)}`, `/a${'𝒳'.repeat(200)}`, '/ż\n'])
    expect([path, isEntityName(spaceName(path))]).toEqual([path, true]);
  expect(spaceName('/data/तस्वीरें 2024')).toMatch(/^तस्वीरें_2024-[0-9a-f]{8}$/);
});

const run1 = { runNumber: 1, status: 'finished', parallelBoxes: [{ schemaId: 'b', taskRegistry: { t: 'task1' } }] };

function workflowServer(status: string, space: object): Record<string, unknown> {
  const details = {
    atmWorkflowExecutionId: 'e1',
    name: 'w',
    status,
    storeRegistry: { in: 'store-in', out: 'store-out' },
    systemAuditLogStoreId: 'log',
    lanes: [{ schemaId: 'l', runs: [run1] }],
  };
  return {
    'GET onezone/user/atm_inventories': { atm_inventories: ['inv'] },
    'GET onezone/atm_inventories/inv/atm_workflow_schemas': { atm_workflow_schemas: [] },
    'GET onezone/atm_inventories/inv/atm_lambdas': { atm_lambdas: [] },
    'POST onezone/atm_workflow_schemas': { location: 'https://h/api/v3/onezone/atm_workflow_schemas/s1' },
    'GET onezone/atm_workflow_schemas/s1': { name: 'w', revisionRegistry: { 1: revision } },
    'GET onezone/user/effective_spaces': { spaces: ['sp'] },
    'POST oneprovider/lookup-file-id/sp': { fileId: 'root' },
    'GET onezone/spaces/sp': { spaceId: 'sp', name: 'data', ...space },
    'POST oneprovider/automation/execution/workflows': { atmWorkflowExecutionId: 'e1' },
    'GET oneprovider/automation/execution/workflows/e1/events': details,
    'GET oneprovider/automation/execution/tasks/task1': {
      status: 'finished',
      systemAuditLogId: 'task-log',
      itemsInProcessing: 0,
      itemsProcessed: 2,
      itemsFailed: 0,
    },
    'GET oneprovider/automation/execution/stores/log/content': { logEntries: [], isLast: true },
    'GET oneprovider/automation/execution/stores/task-log/content': {
      logEntries: [
        { index: '0', timestamp: 1, severity: 'info', source: 'system', content: { description: 'The task started.' } },
        {
          index: '1',
          timestamp: 2,
          severity: 'error',
          source: 'system',
          content: { description: 'The batch could not be processed.', details: { reason: 'Traceback:\n  line 1\nValueError: no\n' } },
        },
      ],
      isLast: true,
    },
    'GET oneprovider/automation/execution/stores/store-out/content': {
      items: [
        { index: '0', success: true, value: 'x' },
        { index: '1', success: false, error: { id: 'posix' } },
      ],
      isLast: true,
    },
  };
}

const revision = {
  stores: [
    { id: 'in', name: 'files', type: 'treeForest', config: { itemDataSpec: { type: 'file' } } },
    { id: 'out', name: 'results', type: 'list', config: { itemDataSpec: { type: 'string' } } },
  ],
  lanes: [
    { id: 'l', name: 'L', parallelBoxes: [{ id: 'b', tasks: [{ id: 't', name: 'greet', resultMappings: [{ storeSchemaId: 'out' }] }] }] },
  ],
};

function writeDump(): string {
  const file = join(folder, 'dump.json');
  writeFileSync(file, JSON.stringify({ name: 'w', revision: { originalRevisionNumber: 1, atmWorkflowSchemaRevision: revision } }));
  return file;
}

test('list tells the end of executions that have ended, not the earlier one of those that run again', async () => {
  const summary = { atmWorkflowExecutionId: 'e1', name: 'w', scheduleTime: 60, finishTime: 30, labels: { team: 'blue' } };
  const again = { ...summary, phase: 'ongoing', status: 'active' };
  const over = { ...summary, atmWorkflowExecutionId: 'e2', phase: 'ended', status: 'failed' };
  const url = await fakeServer({
    'GET onezone/user/effective_spaces': { spaces: ['sp'] },
    'GET onezone/spaces/sp': { spaceId: 'sp', name: 'data' },
    'GET oneprovider/spaces/sp/automation/execution/summaries': { atmWorkflowExecutionSummaries: [again, over], nextPageToken: null },
  });
  const rows = (await run(['list', '--server', url, '--token', 't'])).split('\n').filter((line) => line.includes('team=blue'));
  expect(rows.map((row) => row.split('│').map((cell) => cell.trim())[6])).toEqual(['–', '1970-01-01 00:00:30']);
});

test('pause tells the server how long it waits for jobs', async () => {
  const seen: unknown[] = [];
  const url = await fakeServer({ 'POST oneprovider/automation/execution/workflows/e1/pause': {} }, seen);
  await run(['pause', 'e1', '--deadline', '0', '--reason', 'lunch', '--server', url, '--token', 't']);
  expect(seen).toMatchObject([{ body: { reason: 'lunch', deadlineSec: 0 } }]);
  await expect(run(['pause', 'e1', '--deadline', 'soon'])).rejects.toMatchObject({ code: 'commander.invalidArgument' });
});

describe('run', () => {
  test('imports, schedules with the inputs, follows, and prints the document of the interface', async () => {
    const seen: { path: string; body: object }[] = [];
    const url = await fakeServer(workflowServer('finished', {}), seen);
    const args = ['run', writeDump(), '--space', 'data', '--input', 'files=.', '--json', '--server', url, '--token', 't'];
    expect(JSON.parse(await run(args))).toEqual({
      executionId: 'e1',
      status: 'finished',
      stores: { results: ['x', { error: { id: 'posix' } }] },
      tasks: [
        {
          id: 'task1',
          name: 'greet',
          laneIndex: 1,
          runNumber: 1,
          status: 'finished',
          itemsInProcessing: 0,
          itemsProcessed: 2,
          itemsFailed: 0,
        },
      ],
    });
    expect(process.exitCode).toBe(0);
    expect(seen.at(-1)?.body).toEqual({
      atmWorkflowSchemaId: 's1',
      atmWorkflowSchemaRevisionNumber: 1,
      spaceId: 'sp',
      storeInitialContentOverlay: { in: [{ fileId: 'root' }] },
    });
  });

  test('schedules with labels and a deadline, and refuses a label without a value', async () => {
    const seen: { path: string; body: object }[] = [];
    const url = await fakeServer(workflowServer('finished', {}), seen);
    const args = ['run', writeDump(), '--space', 'data', '--detach', '--server', url, '--token', 't'];
    await run([...args, '--label', 'team=blue', '--label', 'note=a=b', '--deadline', '90']);
    expect(seen.at(-1)?.body).toMatchObject({ labels: { team: 'blue', note: 'a=b' }, deadlineSec: 90 });
    await expect(run([...args, '--label', 'team'])).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });

  test.each(['failed', 'cancelled', 'crashed', 'paused', 'interrupted'])('exits with 1 when the execution is %s', async (status) => {
    const url = await fakeServer(workflowServer(status, {}));
    const err = new PassThrough();
    await run(['run', writeDump(), '--space', 'data', '--server', url, '--token', 't'], {}, err);
    expect(process.exitCode).toBe(1);
    expect(String(err.read())).toContain('error: task greet: The batch could not be processed. Reason: ValueError: no');
  });

  test('tells who stopped it and why, as a deadline leaves no error in any log', async () => {
    const stop = { reason: 'cancel', actor: null, at: 0, note: 'its deadline has passed' };
    const receipt = { 'GET oneprovider/automation/execution/workflows/e1/receipt': { status: 'cancelled', stop, laneRuns: [] } };
    const url = await fakeServer({ ...workflowServer('cancelled', {}), ...receipt });
    const err = new PassThrough();
    await run(['run', writeDump(), '--space', 'data', '--server', url, '--token', 't'], {}, err);
    expect(String(err.read())).toMatch(/^stopped \(cancel\) by the engine at 1970-.*: its deadline has passed\n/);
  });

  test('Ctrl-C cancels; when that comes too late, the end is told as ever', async () => {
    const answers = workflowServer('finished', {});
    const details = answers['GET oneprovider/automation/execution/workflows/e1/events'] as object;
    const asked = Promise.withResolvers<ServerResponse>();
    const url = await fakeServer({
      ...answers,
      'GET oneprovider/automation/execution/workflows/e1': details,
      'GET oneprovider/automation/execution/workflows/e1/events': (response: ServerResponse) => {
        const snapshot = JSON.stringify({ ...details, status: 'active' });
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`id: 1\nevent: snapshot\ndata: ${snapshot}\n\n`);
        asked.resolve(response);
      },
      'POST oneprovider/automation/execution/workflows/e1/cancel': (response: ServerResponse) => {
        response.writeHead(400).end(JSON.stringify({ error: { id: 'atmWorkflowExecutionEnded', description: 'It ended.' } }));
        void asked.promise.then((events) => events.write('id: 2\nevent: execution\ndata: {}\n\n'));
      },
    });
    const err = new PassThrough();
    const running = run(['run', writeDump(), '--space', 'data', '--server', url, '--token', 't'], {}, err);
    await asked.promise;
    process.emit('SIGINT');
    expect(await running).toMatch(/^execution e1 finished\n/);
    expect(String(err.read())).toBe('cancelling; press Ctrl-C again to leave\n');
    expect([process.exitCode, process.listenerCount('SIGINT')]).toEqual([0, 0]);
  });

  test('names the execution when it cannot be followed any more', async () => {
    const failing = (response: ServerResponse): void => {
      response.writeHead(500).end(JSON.stringify({ error: { id: 'internalServerError', description: 'No.' } }));
    };
    const url = await fakeServer({ ...workflowServer('active', {}), 'GET oneprovider/automation/execution/tasks/task1': failing });
    const err = new PassThrough();
    await expect(run(['run', writeDump(), '--space', 'data', '--server', url, '--token', 't'], {}, err)).rejects.toThrow('No.');
    expect(String(err.read())).toBe('execution e1 is no longer followed; "laneway show e1" tells how it goes on\n');
  });

  test('goes on when a lane run that was prepared in advance, and its tasks, are gone since the details were read', async () => {
    const answers = workflowServer('cancelled', {});
    const ended = answers['GET oneprovider/automation/execution/workflows/e1/events'] as { readonly lanes: readonly object[] };
    const inAdvance = { runNumber: null, status: 'enqueued', parallelBoxes: [{ schemaId: 'c', taskRegistry: { u: 'gone' } }] };
    const before = { ...ended, status: 'active', lanes: [...ended.lanes, { schemaId: 'm', runs: [inAdvance] }] };
    const url = await fakeServer({
      ...answers,
      'GET oneprovider/automation/execution/workflows/e1': ended,
      'GET oneprovider/automation/execution/workflows/e1/events': (response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`id: 1\nevent: snapshot\ndata: ${JSON.stringify(before)}\n\nid: 2\nevent: execution\ndata: {}\n\n`);
      },
    });
    expect(await run(['run', writeDump(), '--space', 'data', '--server', url, '--token', 't'])).toMatch(/^execution e1 cancelled\n/);
  });

  test('uses the space that is registered for the real path of the directory', async () => {
    mkdirSync(join(folder, 'photos'));
    symlinkSync(join(folder, 'photos'), join(folder, 'link'));
    const seen: { path: string; body: object }[] = [];
    const url = await fakeServer(workflowServer('finished', { path: join(folder, 'photos') }), seen);
    await run(['run', writeDump(), '--dir', join(folder, 'link'), '--server', url, '--token', 't', '--detach']);
    expect(seen.map(({ path }) => path)).not.toContain('POST onezone/user/spaces');
  });

  test('names what it could not take back when it is refused', async () => {
    const { 'POST oneprovider/automation/execution/workflows': _schedule, ...answers } = workflowServer('finished', {});
    const err = new PassThrough();
    const url = await fakeServer(answers);
    await expect(run(['run', writeDump(), '--space', 'data', '--server', url, '--token', 't'], {}, err)).rejects.toMatchObject({
      message: 'nothing at POST oneprovider/automation/execution/workflows',
    });
    expect(String(err.read())).toMatch(/^left behind: workflow schema s1 with its lambdas: nothing at DELETE /);
  });

  test('refuses an unknown store before it tells the server anything', async () => {
    const seen: unknown[] = [];
    const url = await fakeServer(workflowServer('finished', {}), seen);
    await expect(run(['run', writeDump(), '--space', 'data', '--input', 'nope=1', '--server', url, '--token', 't'])).rejects.toThrow(
      /no such store/,
    );
    expect(seen).toEqual([]);
  });
});

test('a user that cannot join the space is not left behind', async () => {
  const seen: string[] = [];
  const answers = {
    'GET onezone/user/effective_spaces': { spaces: ['sp'] },
    'GET onezone/spaces/sp': { spaceId: 'sp', name: 'data' },
    'POST onezone/users': { location: 'https://h/api/v3/onezone/users/u1' },
    get 'DELETE onezone/users/u1'() {
      seen.push('deleted');
      return {};
    },
  };
  const url = await fakeServer(answers);
  await expect(run(['user', 'create', 'ada', '--space', 'data', '--server', url, '--token', 't'])).rejects.toMatchObject({ status: 404 });
  expect(seen).toEqual(['deleted']);
});

test('doctor shows the settings under the names by which they are set, without secrets, and what the machine offers', async () => {
  const env = {
    LANEWAY_METRICS_TOKEN: 'hush',
    LANEWAY_DATABASE_URL: 'postgres://me:hush@db/x',
    LANEWAY_HOST: '0.0.0.0',
    LANEWAY_DRAIN_SEC: '7',
  };
  const text = await run(['doctor', '--json', '--data-dir', folder], { ...env, LANEWAY_TOKEN: 'hush' });
  expect(text).not.toContain('hush');
  const { settings, checks } = JSON.parse(text) as { settings: object; checks: { name: string; ok: boolean; found: string }[] };
  expect(Object.keys(settings)).toEqual(Object.keys(serveOptions));
  expect(settings).toMatchObject({
    drainSec: '7',
    cancelGraceSec: '10',
    sandbox: 'required',
    requestsPerSec: '200',
    databaseUrl: 'postgres://me:…@db/x',
  });
  expect(settings).toMatchObject({ metricsToken: '(set)', tlsCert: '–', dataDir: folder });
  expect(checks.find((check) => check.name === 'node')).toMatchObject({ ok: true, found: process.version });
  expect(checks.find((check) => check.name === 'server')).toMatchObject({ ok: false, found: `none runs on ${folder}` });
});
