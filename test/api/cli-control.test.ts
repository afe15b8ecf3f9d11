/** The commands that stop executions and let them go on, as processes print and exit, on the real server (docs/cli.md). */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildProgram } from '../../packages/cli/src/program.ts';
import { smallWorkflow } from '../acceptance/dumps.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(async () => await api.close());
afterEach(() => {
  process.exitCode = undefined;
});

const twoLanes = smallWorkflow({ image: 'test/puppet', itemType: 'number', lanes: [[['one']], [['two']]], batchSize: 10 });

interface Printed {
  readonly out: string;
  readonly err: string;
  readonly code: unknown;
}

async function laneway(...args: readonly string[]): Promise<Printed> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const printed = Promise.all([text(out), text(err)]);
  const env = { LANEWAY_SERVER: api.server.url, LANEWAY_TOKEN: api.admin.token };
  process.exitCode = undefined;
  try {
    await buildProgram({ out, err, interactive: false, color: false, env }, '1.2.3').parseAsync([...args], { from: 'user' });
  } finally {
    out.end();
    err.end();
  }
  const [printedOut, printedErr] = await printed;
  return { out: printedOut, err: printedErr, code: process.exitCode };
}

async function active(input: readonly number[] = [1, 2]): Promise<string> {
  const id = await api.schedule(twoLanes, { input });
  await api.untilWaiting(id);
  return id;
}

async function failed(): Promise<string> {
  const id = await active();
  api.puppets.set(id, 'fail');
  await api.untilStatus(id, 'failed');
  api.puppets.set(id, 'hold');
  return id;
}

test('pause --wait ends when the jobs in flight have ended, resume --wait when the execution finished', async () => {
  const id = await active();
  const pausing = laneway('pause', id, '--wait', '--reason', 'maintenance');
  await api.untilStatus(id, 'stopping');
  api.puppets.endOne(id, 'go');
  expect(await pausing).toEqual({ out: `${id} is being paused\n${id} is paused\n`, err: '', code: 0 });
  const view = await api.engine.executions.view(id);
  expect(view?.execution.stop).toMatchObject({ reason: 'pause', actor: api.admin.userId, note: 'maintenance' });
  const shown = await laneway('show', id);
  expect(shown.out).toMatch(/suspended \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, finished –/);
  expect(shown.out).toMatch(new RegExp(`^stopped \\(pause\\) by user ${api.admin.userId} at .*Z: maintenance$`, 'm'));
  api.puppets.set(id, 'go');
  expect(await laneway('resume', id, '--wait')).toEqual({ out: `${id} goes on\n${id} is finished\n`, err: '', code: 0 });
});

test('what is waited for and does not come is exit code 1: a resumed execution that is cancelled', async () => {
  const id = await active();
  const resuming = laneway('pause', id, '--wait');
  await api.untilStatus(id, 'stopping');
  expect((await laneway('cancel', id)).code).toBe(0);
  expect(await resuming).toMatchObject({ err: expect.stringMatching(`^error: ${id} is cancelled\nhint: `), code: 1 });
});

test('several executions are reported each by itself, and one that refuses does not keep the others from being stopped', async () => {
  const ids = [await active(), await failed(), await active()];
  const { out, err, code } = await laneway('cancel', ...ids, ids[0]!, '--wait');
  expect(
    out
      .split('\n')
      .filter((line) => line.includes('cancelled'))
      .toSorted(),
  ).toEqual([ids[0], ids[2]].flatMap((id) => [`${id} is being cancelled`, `${id} is cancelled`]).toSorted());
  expect(err).toMatch(new RegExp(`^error: ${ids[1]}: .*\\[atmWorkflowExecutionEnded\\]\nhint: it has ended`));
  expect(code).toBe(1);
  expect((await laneway('delete', ...ids)).code).toBe(0);
  const gone = await laneway('delete', ...ids, '--json');
  expect(gone.code).toBe(1);
  expect(
    gone.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
  ).toMatchObject(ids.map(() => ({ command: 'delete', accepted: false, error: { id: 'notFound' } })));
});

test('retry and rerun take the newest run that can be repeated, and say which', async () => {
  const id = await failed();
  const retrying = laneway('retry', id, '--wait', '--json');
  await api.untilWaiting(id);
  api.puppets.endOne(id, 'fail');
  expect(JSON.parse((await retrying).out)).toEqual({
    executionId: id,
    command: 'retry',
    accepted: true,
    laneIndex: 1,
    laneRunNumber: 1,
    status: 'failed',
  });
  expect(process.exitCode).toBe(1);
  // Runs 2 and 1 both failed: the newest is 2.
  api.puppets.set(id, 'go');
  const again = await laneway('retry', id, '--wait');
  expect(again).toEqual({ out: `${id} retries its failed items (lane 1, run 2)\n${id} is finished\n`, err: '', code: 0 });
  expect((await api.details(id)).lanes[0]?.runs[0]).toMatchObject({ runNumber: 3, originRunNumber: 2, runType: 'retry' });
  // Both lanes have a run 3 now, and the second lane ran later.
  expect((await laneway('rerun', id, '--wait')).out).toBe(`${id} runs again (lane 2, run 3)\n${id} is finished\n`);
  expect((await laneway('rerun', id, '--lane', '1', '--wait')).out).toContain('(lane 1, run 3)');
  expect((await laneway('rerun', id, '--lane', '1', '--run', '1', '--wait')).out).toContain('(lane 1, run 1)');
});

test('without a run that can be repeated the error says why, and what can be done', async () => {
  const id = await active();
  const tooEarly = await laneway('rerun', id);
  expect(tooEarly.err).toBe(
    `error: ${id}: no lane run can be rerun\nhint: the execution is active: only executions that ended can be repeated\n`,
  );
  expect(tooEarly.code).toBe(1);
  expect((await laneway('rerun', id, '--lane', '1', '--run', '1')).err).toContain('[atmWorkflowExecutionNotEnded]\nhint: ');
  expect((await laneway('cancel', id, '--wait')).code).toBe(0);
  expect((await laneway('retry', id)).err).toContain('hint: only lane runs that ended with failed items can be retried; "laneway rerun');
  expect((await laneway('retry', id, '--lane', '1', '--run', '1')).err).toContain('[atmLaneExecutionRetryFailed]\nhint: ');
  expect((await laneway('rerun', id, '--lane', '2')).err).toContain('no run of lane 2 can be rerun\nhint: possible: --lane 1 --run 1');
  expect((await laneway('rerun', id, '--run', '7')).err).toContain(
    'no lane run with number 7 can be rerun\nhint: possible: --lane 1 --run 1',
  );
  await expect(laneway('rerun', id, '--lane', '0')).rejects.toMatchObject({ name: 'CommanderError' });
});

test('force-continue leaves the failed lane behind', async () => {
  const id = await failed();
  const going = laneway('force-continue', id, '--wait');
  await api.untilWaiting(id);
  api.puppets.endOne(id, 'go');
  expect(await going).toEqual({ out: `${id} goes on with its next lane\n${id} is finished\n`, err: '', code: 0 });
  expect((await laneway('force-continue', id)).err).toContain('hint: only an execution that failed before its last lane');
  expect((await laneway('resume', id)).err).toContain('hint: only paused and interrupted executions can be resumed');
});

test('each of the commands explains itself with examples, and shells complete it', async () => {
  for (const command of ['cancel', 'pause', 'resume', 'force-continue', 'rerun', 'retry', 'delete']) {
    await expect(laneway(command, '--help')).rejects.toMatchObject({ exitCode: 0 });
    await expect(laneway(command)).rejects.toMatchObject({ name: 'CommanderError', code: 'commander.missingArgument' });
  }
  const script = (await laneway('completion', 'bash')).out;
  expect(script).toMatch(/'pause'\) words='--reason --wait --json .*--help'/);
  expect(script).toMatch(/'retry'\) words='.*--lane --run --help'/);
});
