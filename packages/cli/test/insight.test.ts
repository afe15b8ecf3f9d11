import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { buildProgram } from '../src/program.ts';

let server: Server | undefined;
afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
});

/** Runs a command against a server that answers every request with this body. */
async function run(args: readonly string[], answer: unknown): Promise<string> {
  const http = createServer((_request, response) => {
    response.writeHead(200, { connection: 'close' }).end(JSON.stringify(answer));
  });
  server = http;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const out = new PassThrough();
  const printed = text(out);
  const program = buildProgram({ out, err: new PassThrough(), interactive: false, color: false, env: {} }, '1.2.3');
  await program.parseAsync([...args, '--server', url, '--token', 't'], { from: 'user' });
  out.end();
  return await printed;
}

const task = {
  taskId: 't1',
  schemaId: 'resize\u0007',
  status: 'cancelled',
  itemsNeverStarted: 70,
  itemsInProcessing: 0,
  itemsProcessed: 20,
  itemsFailed: 3,
  itemsWithdrawn: 6,
  itemsKilled: 4,
  itemsUnreachable: 0,
};
const receipt = {
  executionId: 'e1',
  status: 'cancelled',
  stop: { reason: 'cancel', actor: 'anna', note: 'wrong folder', at: 0 },
  laneRuns: [{ laneIndex: 1, runNumber: 2, itemsKnown: 100, tasks: [task] }],
};

test('receipt says who stopped the execution and why, and what became of the items of each task', async () => {
  const printed = await run(['receipt', 'e1'], receipt);
  expect(printed).toContain('stopped (cancel) by user anna at 1970-01-01T00:00:00.000Z: wrong folder');
  expect(
    printed
      .split('\n')
      .find((line) => line.includes('resize'))
      ?.match(/[^\s│]+/g),
  ).toEqual(['1.2', 'resize\\x07', 'cancelled', 100, 70, 0, 20, 3, 6, 4, 0].map(String));
  expect(JSON.parse(await run(['receipt', 'e1', '--json'], receipt))).toEqual(receipt);
});

test('receipt calls tasks by the names that they were scheduled with', async () => {
  const tasks = [{ id: task.schemaId, name: 'make thumbnails' }];
  const atmWorkflowSchemaRevision = { stores: [], lanes: [{ name: 'lane', parallelBoxes: [{ tasks }] }] };
  const printed = await run(['receipt', 'e1'], { ...receipt, atmWorkflowSchemaRevision });
  expect(printed).toContain('│ make thumbnails │');
});

test('show names labels, deadline, and who stopped the execution and why', async () => {
  const labels = { team: 'blue', note: 'a\u0007b' };
  const details = {
    name: 'Resize',
    status: 'cancelled',
    scheduleTime: 1,
    startTime: 1,
    suspendTime: 0,
    finishTime: 2,
    deadlineTime: 60,
    labels,
  };
  const lines = (await run(['show', 'e1'], { ...receipt, ...details, lanes: [], storeRegistry: {} })).split('\n');
  expect(lines.slice(2, 5)).toEqual([
    'deadline 1970-01-01 00:01:00',
    'labels: team=blue note=a\\x07b',
    'stopped (cancel) by user anna at 1970-01-01T00:00:00.000Z: wrong folder',
  ]);
});

test.each([
  [[], 'nothing holds it up'],
  [[{ kind: 'suspended', status: 'paused', reason: 'lunch' }], 'it is paused (lunch): "laneway resume" goes on with it'],
  [[{ kind: 'limit', limit: 2, running: 2, ahead: 4 }], '2 executions of the space run already and 2 may; 4 wait longer'],
  [[{ kind: 'lease', nodeId: null }], 'no node has taken it yet'],
  [[{ kind: 'jobs', stopping: 'pause', batches: 3 }], 'it stops (pause) when 3 batches in hand have ended'],
  [[{ kind: 'from the future', detail: 1 }], '{"kind":"from the future","detail":1}'],
])('blockers are told in sentences: %j', async (blockers, sentence) => {
  expect((await run(['blockers', 'e1'], { blockers })).trim()).toBe(sentence);
});
