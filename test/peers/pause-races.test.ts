/** A pause that races with a job that ends has one of two outcomes, and a resume works after either (peers P8; I9, I10). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { schedule, startTestEngine, valuesOf, waitFor, type TestEngine, type WorkflowOptions } from '../support/test-engine.ts';
import { atMoment, echo, heldKind, moments, remainsOf, request, seeded, sorted, type Moment } from './scene.ts';

describe.each(databaseKinds)('a pause that races with the end of a job ($name)', (kind) => {
  const held = heldKind(kind);
  let test: TestEngine;
  beforeAll(async () => {
    test = await startTestEngine(held, { echo });
  });
  afterAll(async () => await test.close());

  const atRest = ['paused', 'finished', 'failed', 'cancelled', 'crashed', 'interrupted'];

  /** Pauses at the moment and resumes; tells how the pause was answered, or null when the moment never came. */
  async function pausedAt(moment: Moment, options: WorkflowOptions): Promise<'paused' | 'too late' | null> {
    const never = new AbortController();
    const scheduled = Promise.withResolvers<string>();
    const pausing = atMoment(
      held.latest(),
      moment,
      async () => await test.engine.executions.pause(request(await scheduled.promise)),
      never.signal,
    );
    const executionId = await schedule(test, options);
    scheduled.resolve(executionId);
    const rested = await waitFor(test, executionId, ({ execution }) => atRest.includes(execution.status));
    never.abort();
    const answer = await pausing;
    const outcome = answer === null ? null : answer.ok ? 'paused' : 'too late';
    expect({ moment, status: rested.execution.status }).toEqual({ moment, status: outcome === 'paused' ? 'paused' : 'finished' });
    expect(rested.execution.current.status).toBe(rested.execution.status);
    if (answer?.ok === false) expect(['atmWorkflowExecutionEnded', 'atmInvalidStatusTransition']).toContain(answer.error.id);
    const resumed = await test.engine.executions.resume(request(executionId));
    if (outcome === 'paused') expect(resumed).toMatchObject({ ok: true });
    else expect(resumed).toMatchObject({ ok: false, error: { id: 'atmWorkflowExecutionNotResumable' } });
    const view = await waitFor(test, executionId, ({ execution }) => execution.status === 'finished');
    expect(await remainsOf(test, view), JSON.stringify(moment)).toEqual([]);
    const content = options.input?.content as readonly number[];
    const count = options.lanes.flat(2).length;
    expect(sorted(await valuesOf(test, view, 'output'))).toEqual(content.flatMap((value) => Array.from({ length: count }, () => value)));
    return outcome;
  }

  it('around every call of the database in the life of the only job: paused and resumed, or finished and refused (P8)', async () => {
    const outcomes = new Set<string | null>();
    for (const moment of moments(kind, () => outcomes.has(null))) {
      outcomes.add(await pausedAt(moment, { lanes: [[['echo']]], input: { type: 'list', content: [1] } }));
    }
    expect(outcomes).toEqual(new Set(['paused', 'too late', null]));
  });

  it('at seeded moments while several jobs end at once: every item is recorded once in each outcome (P8)', async () => {
    const random = seeded(8);
    const outcomes = new Set<string | null>();
    for (let repetition = 0; repetition < (kind.name === 'postgres' ? 10 : 60); repetition += 1) {
      const moment = { call: 14 + Math.floor(20 * random()), side: random() < 0.5 ? 'before' : 'after', waits: random() < 0.5 } as const;
      const options = { lanes: [[['echo', 'echo'], ['echo']]], input: { type: 'list', content: [1, 2, 3, 4] }, batchSize: 2 } as const;
      outcomes.add(await pausedAt(moment, options));
    }
    expect(outcomes).toContain('paused');
  });
});
