import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildProgram } from '../src/program.ts';

let server: Server;
let url: string;
let documents: Record<string, unknown>;
beforeEach(async () => {
  server = createServer((request, response) => {
    const answer = documents[(request.url ?? '').split('/workflows/').at(-1) ?? ''];
    if (answer === undefined) response.writeHead(404).end(JSON.stringify({ error: { id: 'notFound', description: '' } }));
    else response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pod = (podId: string, currentStatus: string, taskId: string) => ({
    podId,
    taskId,
    currentStatus,
    currentContainersReadiness: '0/1',
    lastStatusChangeTimestamp: 1500,
  });
  const boxes = [{ schemaId: 'b', taskRegistry: { schema1: 't1' } }];
  documents = {
    e1: {
      status: 'active',
      systemAuditLogStoreId: null,
      lanes: [{ schemaId: 'l', runs: [{ runNumber: 1, status: 'active', parallelBoxes: boxes }] }],
    },
    'e1/schema': { atmWorkflowSchemaRevision: { lanes: [{ parallelBoxes: [{ tasks: [{ id: 'schema1', name: 'resize' }] }] }] } },
    'e1/pods': { pods: [pod('p3', 'Terminated', 't1'), pod('p2', 'Running', 't2'), pod('p1', 'Failed', 't1')], knownSince: 1000 },
    'e1/pods/p1/events': {
      logEntries: [
        { index: '0', timestamp: 2500, severity: 'warning', content: { type: 'Warning', reason: 'Failed', message: 'no\u0007' } },
      ],
      isLast: true,
    },
  };
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function pods(...args: readonly string[]): Promise<string> {
  const out = new PassThrough();
  const printed = text(out);
  const program = buildProgram({ out, err: new PassThrough(), interactive: false, color: false, env: {} }, '1.2.3');
  await program.parseAsync(['pods', ...args, '--server', url, '--token', 't'], { from: 'user' });
  out.end();
  return await printed;
}

const rows = (table: string): readonly (readonly string[])[] =>
  table
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .slice(1)
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

test('pods are listed with the names of their tasks, those that run first (ui-and-scenarios R49)', async () => {
  const since = '1970-01-01 00:00:01.500';
  expect(rows(await pods('e1'))).toEqual([
    ['p2', 't2', '0/1', 'Running', since],
    ['p1', 'resize', '0/1', 'Failed', since],
    ['p3', 'resize', '0/1', 'Terminated', since],
  ]);
  expect(JSON.parse(await pods('e1', '--json'))).toEqual(documents['e1/pods']);
});

test('the events of a pod are listed as the server gives them', async () => {
  expect(rows(await pods('e1', 'p1'))).toEqual([['1970-01-01 00:00:02.500', 'Warning', 'Failed', 'no\\x07']]);
});

test.each([
  [1000, 'this server has run none of its tasks since its start at 1970-01-01 00:00:01.000\n'],
  [null, 'the server cannot tell of pods\n'],
])('without pods it is said what that means (known since %j)', async (knownSince, sentence) => {
  documents['e1/pods'] = { pods: [], knownSince };
  expect(await pods('e1')).toBe(sentence);
});
