/** Rerunning, retrying and force-continuing whole executions on both databases (execution §7.5, §7.6). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import {
  eventProblems,
  schedule,
  startTestEngine,
  valuesOf,
  waitFor,
  waitForEnd,
  type TestEngine,
} from '../../../test/support/test-engine.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const sorted = (values: readonly unknown[]): number[] => values.map(Number).toSorted((a, b) => a - b);

for (const kind of databaseKinds) {
  describe(`repeating on ${kind.name}`, () => {
    let test: TestEngine;
    let isMended = false;

    beforeAll(async () => {
      test = await startTestEngine(kind, {
        echo: perItem((args) => ({ value: args['item'] })),
        mendable: perItem((args) => {
          if (!isMended && Number(args['item']) % 5 === 0) throw new Error('broken');
          return { value: args['item'] };
        }),
      });
    });
    afterAll(async () => await test.close());

    async function failed(options: Parameters<typeof schedule>[1]): Promise<string> {
      isMended = false;
      const executionId = await schedule(test, options);
      expect((await waitForEnd(test, executionId)).execution.status).toBe('failed');
      return executionId;
    }

    async function runsOf(executionId: string): Promise<readonly (readonly string[])[]> {
      const view = await test.engine.executions.view(executionId);
      expect(await eventProblems(test, executionId)).toEqual([]);
      return (view?.execution.lanes ?? []).map((lane, index) => {
        const current = view?.execution.current;
        const runs = [...(current?.laneIndex === index + 1 ? [current] : []), ...lane.endedRuns];
        return runs.map((run) => `${run.runNumber} ${run.runType} ${run.status}`);
      });
    }

    it('a retry runs exactly the failed items and then the lanes after it (execution R75, I7)', async () => {
      const executionId = await failed({
        lanes: [[['mendable']], [['echo']]],
        collects: ['mendable'],
        input: { type: 'list', content: numbers(20) },
      });
      expect(await runsOf(executionId)).toEqual([['1 regular failed'], []]);
      isMended = true;
      const calls = test.runtime.calls.length;
      expect(await test.engine.executions.retry({ executionId, actor: 'user', laneIndex: 1, laneRunNumber: 1 })).toMatchObject({
        ok: true,
      });
      const view = await waitForEnd(test, executionId);
      expect(view.execution).toMatchObject({ status: 'finished', incarnation: 2 });
      expect(await runsOf(executionId)).toEqual([['2 retry finished', '1 regular failed'], ['2 regular finished']]);
      const retried = test.runtime.calls.slice(calls).filter((call) => call.request.argsBatch.length === 4);
      expect(sorted(retried.flatMap((call) => call.request.argsBatch.map((args) => args['item'])))).toEqual([0, 5, 10, 15]);
      expect(sorted(await valuesOf(test, view, 'output'))).toEqual(numbers(20));
    });

    it('a rerun runs the whole input again and appends to what is there (execution R77)', async () => {
      const executionId = await failed({ lanes: [[['mendable']]], input: { type: 'list', content: numbers(10) }, maxRetries: 1 });
      expect(await runsOf(executionId)).toEqual([['2 retry failed', '1 regular failed']]);
      expect(await test.engine.executions.rerun({ executionId, actor: 'user', laneIndex: 1, laneRunNumber: 1 })).toMatchObject({
        ok: true,
      });
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('failed');
      expect(await runsOf(executionId)).toEqual([['3 rerun failed', '2 retry failed', '1 regular failed']]);
      expect(await valuesOf(test, view, 'output')).toHaveLength(16);
    });

    it('a forced continuation goes on with the next lane, and the execution finishes (execution R71, R38)', async () => {
      const executionId = await failed({ lanes: [[['mendable']], [['echo']]], input: { type: 'list', content: numbers(10) } });
      expect(await test.engine.executions.forceContinue({ executionId, actor: 'user' })).toMatchObject({ ok: true });
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('finished');
      expect(await runsOf(executionId)).toEqual([['1 regular failed'], ['1 regular finished']]);
    });

    it('what cannot be repeated is refused and changes nothing (execution R40, R41, R76)', async () => {
      const executionId = await schedule(test, { lanes: [[['echo']]], input: { type: 'list', content: numbers(5) } });
      const finished = await waitForEnd(test, executionId);
      const repeat = { executionId, actor: 'user', laneIndex: 1, laneRunNumber: 1 };
      expect(await test.engine.executions.retry(repeat)).toMatchObject({ ok: false, error: { id: 'atmLaneExecutionRetryFailed' } });
      expect(await test.engine.executions.rerun({ ...repeat, laneIndex: 2 })).toMatchObject({ ok: false, error: { id: 'notFound' } });
      expect(await test.engine.executions.rerun({ ...repeat, laneRunNumber: 9 })).toMatchObject({ ok: false, error: { id: 'notFound' } });
      expect(await test.engine.executions.forceContinue(repeat)).toMatchObject({ error: { id: 'atmWorkflowExecutionNotResumable' } });
      expect((await test.engine.executions.view(executionId))?.execution).toEqual(finished.execution);
      await test.engine.executions.rerun(repeat);
      await waitFor(test, executionId, ({ execution }) => execution.status === 'finished' && execution.currentRunNum === 2);
    });
  });
}
