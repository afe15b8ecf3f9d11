/** `Idempotency-Key`: a request that comes again has no second effect, whatever became of the first one's answer (I10). */
import type { ScheduleRequest } from '@laneway/engine';
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { faultyKind, firstTimes } from '../../../test/support/faulty-database.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import { startTestEngine, waitForEnd, workflowOf, type TestEngine } from '../../../test/support/test-engine.ts';
import { expireRequestKeys } from '../src/persistence/sql/request-keys.ts';

const echo = perItem((args) => ({ value: args['item'] }));
const odd = perItem((args) => {
  if (Number(args['item']) % 2 === 0) throw new Error('even');
  return { value: args['item'] };
});

describe.each(databaseKinds)('the key of a request ($name)', (kind) => {
  const faulty = faultyKind(kind);
  let test: TestEngine;
  const start = async (requestKeyRetentionMs = 86_400_000): Promise<void> => {
    test = await startTestEngine(faulty, { echo, odd }, { config: { requestKeyRetentionMs } });
  };
  afterEach(async () => {
    faulty.latest().fault = () => undefined;
    await test.close();
  });

  const request = (key: string, more: Partial<ScheduleRequest> & { fingerprint?: string; lambda?: string; content?: unknown } = {}) => {
    const { fingerprint = 'same', lambda = 'echo', content = [1, 2], ...rest } = more;
    const workflow = workflowOf(test, { lanes: [[[lambda]]], input: { type: 'list', content } });
    return { ...workflow, requestKey: { key, fingerprint }, ...rest };
  };
  const schedule = async (...parameters: Parameters<typeof request>) => await test.engine.executions.schedule(request(...parameters));
  const scheduled = async (): Promise<number> => {
    // One that moves on between two looks is in both lists.
    const ids = new Set<string>();
    for (const phase of ['waiting', 'ongoing', 'suspended', 'ended'] as const) {
      const page = await test.engine.executions.list({
        spaceId: test.spaceId,
        viewerId: null,
        phase,
        limit: 1000,
        offset: 0,
        index: null,
      });
      for (const { id } of page.entries) ids.add(id);
    }
    return ids.size;
  };

  it('gives requests that race the same execution, and only one is scheduled', async () => {
    await start();
    const answers = await Promise.all(Array.from({ length: 12 }, async () => await schedule('k')));
    const ids = new Set(answers.map((answer) => (answer.ok ? answer.value.executionId : answer.error.id)));
    expect(ids.size).toBe(1);
    expect(await scheduled()).toBe(1);
    const [executionId] = ids;
    expect((await waitForEnd(test, executionId!)).execution.status).toBe('finished');
  });

  it('is answered as before when the node died between its commit and its answer', async () => {
    await start();
    faulty.latest().fault = firstTimes('createExecution', 1, 'after');
    await expect(schedule('k')).rejects.toThrow('was lost');
    const again = await schedule('k');
    expect(again).toMatchObject({ ok: true });
    expect(await scheduled()).toBe(1);
    expect(
      await test.engine.extensions.answered({ userId: 'user', operation: 'schedule', executionId: null, key: 'k', fingerprint: 'same' }),
    ).toEqual(again);
  });

  it('has its effect when the node died before the commit', async () => {
    await start();
    faulty.latest().fault = firstTimes('createExecution', 1, 'before');
    await expect(schedule('k')).rejects.toThrow('not reached');
    expect(await schedule('k')).toMatchObject({ ok: true });
    expect(await scheduled()).toBe(1);
  });

  it('is refused by name when it comes with another request; other users and keys are other requests', async () => {
    await start();
    const first = await schedule('k');
    expect(await schedule('k', { fingerprint: 'other' })).toMatchObject({
      ok: false,
      error: { id: 'badValueIdentifierOccupied', details: { key: 'Idempotency-Key' } },
    });
    const others = [await schedule('l'), await schedule('k', { userId: 'somebody' })];
    const ids = [first, ...others].map((answer) => (answer.ok ? answer.value.executionId : ''));
    expect(new Set(ids).size).toBe(3);
    expect(await scheduled()).toBe(3);
  });

  it('works for content that is written in pieces', async () => {
    await start();
    const content = Array.from({ length: 30_000 }, (_, index) => index);
    const answers = await Promise.all([1, 2, 3].map(async () => await schedule('k', { content })));
    expect(new Set(answers.map((answer) => (answer.ok ? answer.value.executionId : ''))).size).toBe(1);
    expect(await scheduled()).toBe(1);
  });

  it.each(['rerun', 'retry'] as const)('lets racing requests of a %s repeat the lane run once', async (operation) => {
    await start();
    const first = await schedule('k', { lambda: 'odd' });
    const executionId = first.ok ? first.value.executionId : '';
    await waitForEnd(test, executionId);
    const repeat = async (laneRunNumber = 1, key = 'r', fingerprint = 'same') =>
      await test.engine.executions[operation]({
        executionId,
        actor: 'user',
        laneIndex: 1,
        laneRunNumber,
        requestKey: { key, fingerprint },
      });
    const answers = await Promise.all(Array.from({ length: 8 }, async () => await repeat()));
    expect(answers.every((answer) => answer.ok)).toBe(true);
    await waitForEnd(test, executionId);
    // Ended once more, it could be repeated once more: the key says that this was done.
    expect(await repeat()).toEqual({ ok: true, value: undefined });
    expect((await waitForEnd(test, executionId)).execution.currentRunNum).toBe(2);
    expect(await repeat(1, 'r', 'other')).toMatchObject({ ok: false, error: { details: { key: 'Idempotency-Key' } } });
    expect(await repeat(1, 'new')).toMatchObject({ ok: true });
    expect((await waitForEnd(test, executionId)).execution.currentRunNum).toBe(3);
  });

  it('repeats a rerun whose answer was lost without a second run', async () => {
    await start();
    const first = await schedule('k');
    const executionId = first.ok ? first.value.executionId : '';
    await waitForEnd(test, executionId);
    const rerun = { executionId, actor: 'user', laneIndex: 1, laneRunNumber: 1, requestKey: { key: 'r', fingerprint: 'same' } };
    faulty.latest().fault = firstTimes('saveTransition', 1, 'after');
    await expect(test.engine.executions.rerun(rerun)).rejects.toThrow('was lost');
    expect(await test.engine.executions.rerun(rerun)).toMatchObject({ ok: true });
    expect((await waitForEnd(test, executionId)).execution.currentRunNum).toBe(2);
  });

  it('stays free when the request loses a race against another one', async () => {
    await start();
    const first = await schedule('k');
    const executionId = first.ok ? first.value.executionId : '';
    await waitForEnd(test, executionId);
    const rerun = async (key: string) =>
      await test.engine.executions.rerun({
        executionId,
        actor: 'user',
        laneIndex: 1,
        laneRunNumber: 1,
        requestKey: { key, fingerprint: 'f' },
      });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => [key, await rerun(key)] as const));
    await waitForEnd(test, executionId);
    const refused = answers.filter(([, answer]) => !answer.ok);
    expect(refused).toHaveLength(3);
    for (const [, answer] of refused) expect(answer).toMatchObject({ error: { id: 'atmWorkflowExecutionNotEnded' } });
    expect(await rerun(refused[0]![0])).toMatchObject({ ok: true });
    expect((await waitForEnd(test, executionId)).execution.currentRunNum).toBe(3);
  });

  it('refuses what was refused, and keeps no key of it', async () => {
    await start();
    const first = await schedule('k');
    const executionId = first.ok ? first.value.executionId : '';
    await waitForEnd(test, executionId);
    const rerun = { executionId, actor: 'user', laneIndex: 1, requestKey: { key: 'r', fingerprint: 'same' } };
    expect(await test.engine.executions.rerun({ ...rerun, laneRunNumber: 7 })).toMatchObject({ ok: false, error: { id: 'notFound' } });
    expect(await test.engine.executions.rerun({ ...rerun, laneRunNumber: 1 })).toMatchObject({ ok: true });
    await waitForEnd(test, executionId);
  });

  it('is free again after its time, and goes from the database', async () => {
    await start(1);
    const ids = new Set<string>();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answer = await schedule('k');
      ids.add(answer.ok ? answer.value.executionId : '');
      await expect
        .poll(
          async () =>
            await test.engine.extensions.answered({
              userId: 'user',
              operation: 'schedule',
              executionId: null,
              key: 'k',
              fingerprint: 'same',
            }),
        )
        .toEqual({ ok: true, value: null });
    }
    expect(ids.size).toBe(2);
    await schedule('l');
    await expect.poll(async () => await test.database.call(expireRequestKeys, { limit: 1 }), { timeout: 10_000 }).toBe(true);
  });

  it('schedules nothing new for an execution that was deleted since', async () => {
    await start();
    const first = await schedule('k');
    const executionId = first.ok ? first.value.executionId : '';
    await waitForEnd(test, executionId);
    await test.engine.executions.delete({ executionId, actor: 'user' });
    await expect.poll(async () => (await schedule('k')).ok, { timeout: 10_000 }).toBe(false);
    expect(await schedule('k')).toMatchObject({ ok: false, error: { id: 'notFound' } });
    expect(await scheduled()).toBe(0);
  });
});
