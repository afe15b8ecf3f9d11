/** After a cancel is acknowledged nothing of the execution begins any more, whatever was about to (peers P3, P24; I3). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { perItem } from '../support/in-process-runtime.ts';
import { schedule, startTestEngine, waitForEnd, type TestEngine, type WorkflowOptions } from '../support/test-engine.ts';
import { atMoment, callsOf, echo, heldKind, moments, numbers, remainsOf, request, Turnstile, type Moment } from './scene.ts';

describe.each(databaseKinds)('nothing starts after a cancel ($name)', (kind) => {
  const held = heldKind(kind);
  const turnstile = new Turnstile();
  let test: TestEngine;
  beforeAll(async () => {
    test = await startTestEngine(held, {
      echo,
      turnstile: turnstile.lambda,
      wrong: perItem(() => {
        throw new Error('wrong');
      }),
    });
  });
  afterAll(async () => await test.close());

  /** Cancels at the moment; returns the final status and whether the moment came. */
  async function cancelledAt(moment: Moment, options: WorkflowOptions): Promise<{ readonly status: string; readonly came: boolean }> {
    const never = new AbortController();
    const scheduled = Promise.withResolvers<string>();
    const acted = atMoment(
      held.latest(),
      moment,
      async () => {
        const executionId = await scheduled.promise;
        const answer = await test.engine.executions.cancel(request(executionId));
        return { answer, calls: callsOf(test, executionId) };
      },
      never.signal,
    );
    const executionId = await schedule(test, options);
    scheduled.resolve(executionId);
    const view = await waitForEnd(test, executionId);
    never.abort();
    const cancel = await acted;
    const { status } = view.execution;
    expect(await remainsOf(test, view), JSON.stringify(moment)).toEqual([]);
    if (cancel === null) return { status, came: false };
    if (cancel.answer.ok) {
      expect({ moment, status, calls: callsOf(test, executionId) }).toEqual({ moment, status: 'cancelled', calls: cancel.calls });
    } else {
      expect(['atmWorkflowExecutionEnded', 'atmInvalidStatusTransition']).toContain(cancel.answer.error.id);
      expect(status).not.toBe('cancelled');
    }
    await expect.poll(() => test.runtime.disposed.length).toBe(test.runtime.prepared.length);
    return { status, came: true };
  }

  it('tasks that wait for their box, boxes that wait for items and the next lane never start, though the job in flight succeeds (P3)', async () => {
    turnstile.close();
    const executionId = await schedule(test, {
      lanes: [[['turnstile'], ['echo', 'echo']], [['echo']]],
      input: { type: 'list', content: numbers(40) },
    });
    await turnstile.arrivals(2);
    expect(await test.engine.executions.cancel(request(executionId))).toMatchObject({ ok: true });
    turnstile.open();
    const view = await waitForEnd(test, executionId);
    expect(view.execution.status).toBe('cancelled');
    expect(view.execution.lanes[1]?.endedRuns.map((run) => run.status) ?? []).toEqual([]);
    expect(callsOf(test, executionId)).toBe(2);
    const receipt = await test.engine.executions.receipt(executionId);
    expect(receipt?.laneRuns[0]?.tasks.map((task) => task.itemsNeverStarted)).toEqual([20, 40, 40]);
    const events = await test.engine.executions.events(executionId, 0, 1000);
    expect(events.filter((event) => event.subject === 'task' && event.to === 'active')).toHaveLength(1);
    expect(await remainsOf(test, view)).toEqual([]);
  });

  it('a cancel around any call of the database in the life of two lanes: no job begins after it, and runtimes that were made go (P3, P24)', async () => {
    let over = false;
    const statuses = new Set<string>();
    for (const moment of moments(kind, () => over)) {
      const options = { lanes: [[['echo'], ['echo']], [['echo']]], input: { type: 'list', content: [1, 2] } } as const;
      const { status, came } = await cancelledAt(moment, options);
      statuses.add(status);
      over = !came;
    }
    expect(statuses).toEqual(new Set(['cancelled', 'finished']));
  });

  it('a cancel around any call in the life of lane runs that are retried: no further run is made behind it (P24)', async () => {
    let over = false;
    const statuses = new Set<string>();
    for (const moment of moments(kind, () => over)) {
      const options = { lanes: [[['wrong']]], input: { type: 'list', content: [1] }, maxRetries: 1 } as const;
      const { status, came } = await cancelledAt(moment, options);
      statuses.add(status);
      over = !came;
    }
    expect(statuses).toEqual(new Set(['cancelled', 'failed']));
  });
});
