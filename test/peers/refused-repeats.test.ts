/** Repeating what has not ended is refused with a defined error and changes nothing, also in a race (peers P10; I10). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { perItem, untilStopped } from '../support/in-process-runtime.ts';
import { schedule, startTestEngine, waitFor, waitForEnd, type TestEngine } from '../support/test-engine.ts';
import { atMoment, callsOf, echo, first, heldKind, moments, numbers, pictureOf, remainsOf, request, Turnstile } from './scene.ts';

const notEnded = { ok: false, error: { id: 'atmWorkflowExecutionNotEnded' } };
const notResumable = { ok: false, error: { id: 'atmWorkflowExecutionNotResumable' } };
const one = { type: 'list', content: [1] } as const;

describe.each(databaseKinds)('repeating what has not ended ($name)', (kind) => {
  const held = heldKind(kind);
  const turnstile = new Turnstile();
  let test: TestEngine;
  beforeAll(async () => {
    test = await startTestEngine(held, { echo, hang: untilStopped, turnstile: turnstile.lambda, wrong: perItem(() => ({ exception: 1 })) });
  });
  afterAll(async () => {
    turnstile.open();
    await test.close();
  });

  /** Every command that needs an ended execution is refused and leaves everything as it was. */
  async function expectRefusals(executionId: string): Promise<void> {
    const { executions } = test.engine;
    const before = await pictureOf(test, executionId);
    expect(await executions.rerun(first(executionId))).toMatchObject(notEnded);
    expect(await executions.retry(first(executionId))).toMatchObject(notEnded);
    expect(await executions.rerun({ ...first(executionId), laneIndex: 99 })).toMatchObject(notEnded);
    expect(await executions.forceContinue(request(executionId))).toMatchObject(notResumable);
    expect(await pictureOf(test, executionId)).toEqual(before);
  }

  async function hanging(status: 'stopping' | 'paused' | 'interrupted'): Promise<string> {
    turnstile.close();
    const executionId = await schedule(test, { lanes: [[['turnstile']]], input: { type: 'list', content: numbers(40) } });
    await turnstile.arrivals(2);
    const error = { id: 'timeout', description: 'gone' };
    if (status === 'interrupted') await test.engine.executions.interrupt({ executionId, error, why: 'it is lost' });
    else await test.engine.executions.pause(request(executionId));
    if (status !== 'stopping') turnstile.open();
    await waitFor(test, executionId, ({ execution }) => execution.status === status);
    return executionId;
  }

  it.each(['paused', 'interrupted'] as const)(
    'while it is %s: refused, and a resume goes on as if nothing had been asked (P10)',
    async (status) => {
      const executionId = await hanging(status);
      await expectRefusals(executionId);
      expect(await test.engine.executions.resume(request(executionId))).toMatchObject({ ok: true });
      const view = await waitForEnd(test, executionId);
      expect(view.execution).toMatchObject({ status: 'finished', currentRunNum: 1, incarnation: 2 });
      expect(await remainsOf(test, view)).toEqual([]);
    },
  );

  it('while it is pausing or cancelling: refused like a resume, and the stop ends as it was asked for (P10)', async () => {
    const executionId = await hanging('stopping');
    await expectRefusals(executionId);
    expect(await test.engine.executions.resume(request(executionId))).toMatchObject(notResumable);
    await test.engine.executions.cancel(request(executionId));
    await expectRefusals(executionId);
    expect(await test.engine.executions.resume(request(executionId))).toMatchObject(notResumable);
    turnstile.open();
    const view = await waitForEnd(test, executionId);
    expect(view.execution).toMatchObject({ status: 'cancelled', incarnation: 1 });
    expect(view.archivedRuns).toEqual([]);
  });

  it('around every call of a cancel that is under way: refused without a trace, or a new run of a cancelled execution (P10)', async () => {
    const answers = new Set<string>();
    let over = false;
    for (const moment of moments(kind, () => over)) {
      const executionId = await schedule(test, { lanes: [[['hang']]], input: one });
      await waitFor(test, executionId, () => callsOf(test, executionId) > 0);
      const never = new AbortController();
      const rerunning = atMoment(held.latest(), moment, async () => await test.engine.executions.rerun(first(executionId)), never.signal);
      expect(await test.engine.executions.cancel(request(executionId))).toMatchObject({ ok: true });
      const isAtRest = await waitFor(test, executionId, ({ execution }) => execution.status === 'cancelled' || execution.incarnation > 1);
      never.abort();
      const answer = await rerunning;
      over = answer === null;
      answers.add(answer === null ? 'never' : answer.ok ? 'accepted' : answer.error.id);
      if (answer?.ok === true) {
        await waitFor(test, executionId, () => callsOf(test, executionId) > 1);
        await test.engine.executions.cancel(request(executionId));
        const view = await waitForEnd(test, executionId);
        expect(view.archivedRuns).toMatchObject([{ runNumber: 1, status: 'cancelled' }]);
        expect(view.execution).toMatchObject({ status: 'cancelled', incarnation: 2, currentRunNum: 2 });
        expect(await remainsOf(test, view)).toEqual([]);
      } else {
        expect(isAtRest.execution).toMatchObject({ status: 'cancelled', incarnation: 1, currentRunNum: 1 });
        expect(callsOf(test, executionId)).toBe(1);
        expect(await remainsOf(test, isAtRest)).toEqual([]);
      }
    }
    expect([...answers]).toContain('atmWorkflowExecutionNotEnded');
  });
});
