/** A space runs as many executions at once as it may; the rest waits in order (peers P6, P25). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem, untilStopped } from '../../../test/support/in-process-runtime.ts';
import { schedule, startTestEngine, waitFor, waitForEnd, type TestEngine } from '../../../test/support/test-engine.ts';
import { aheadStatement, runningStatement } from '../src/persistence/sql/admission.ts';
import { Admission } from '../src/control/admission.ts';
import { Hub } from '../src/control/hub.ts';
import { explain } from './extension-verbs.ts';
import { withSuiteVerbs } from './suite-verbs.ts';

for (const kind of databaseKinds) {
  describe(`a limit of two executions on ${kind.name}`, () => {
    let test: TestEngine;
    beforeAll(async () => {
      test = await startTestEngine(
        withSuiteVerbs(kind),
        { hang: untilStopped, echo: perItem((args) => ({ value: args['item'] })) },
        { config: { executionsPerSpace: 2 } },
      );
    });
    afterAll(async () => await test.close());

    const hanging = async (): Promise<string> =>
      await schedule(test, { lanes: [[['hang']]], input: { type: 'list', content: [1] }, batchSize: 1 });
    const isActive = async (executionId: string): Promise<void> =>
      void (await waitFor(test, executionId, ({ execution }) => execution.current.status === 'active'));
    const statusOf = async (executionId: string) => (await test.engine.executions.view(executionId))?.execution.status;
    const cancel = async (executionId: string) => await test.engine.executions.cancel({ executionId, actor: 'user', note: null });

    it('holds, tells those that wait how many are ahead, and lets the oldest begin when one is cancelled (P6)', async () => {
      const running = [await hanging(), await hanging()];
      for (const executionId of running) await isActive(executionId);
      const waiting = [await hanging(), await hanging(), await hanging()];
      const [third, fourth, fifth] = waiting as [string, string, string];
      expect(await test.engine.executions.blockers(third)).toEqual([{ kind: 'limit', limit: 2, running: 2, ahead: 0 }]);
      expect(await test.engine.executions.blockers(fourth)).toEqual([{ kind: 'limit', limit: 2, running: 2, ahead: 1 }]);
      await cancel(running[0] ?? '');
      await isActive(third);
      expect([await statusOf(fourth), await statusOf(fifth)]).toEqual(['scheduled', 'scheduled']);
      // One that waits can be cancelled, and does not hold up the others (P4).
      await cancel(fourth);
      expect((await waitForEnd(test, fourth)).execution.current.boxes).toEqual([]);
      await cancel(running[1] ?? '');
      await isActive(fifth);
      for (const executionId of [third, fifth]) await cancel(executionId);
      for (const executionId of [third, fifth]) await waitForEnd(test, executionId);
    });

    it('a resumed and a repeated execution wait for their turn again (P25)', async () => {
      const ended = await schedule(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
      await waitForEnd(test, ended);
      const running = [await hanging(), await hanging()];
      for (const executionId of running) await isActive(executionId);
      const paused = await hanging();
      await test.engine.executions.pause({ executionId: paused, actor: 'user', note: null });
      await waitFor(test, paused, ({ execution }) => execution.status === 'paused');
      await test.engine.executions.resume({ executionId: paused, actor: 'user' });
      await test.engine.executions.rerun({ executionId: ended, actor: 'user', laneIndex: 1, laneRunNumber: 1 });
      expect(await test.engine.executions.blockers(paused)).toMatchObject([{ kind: 'limit', ahead: 0 }]);
      expect(await test.engine.executions.blockers(ended)).toMatchObject([{ kind: 'limit', ahead: 1 }]);
      for (const executionId of running) await cancel(executionId);
      await isActive(paused);
      const repeated = await waitForEnd(test, ended);
      expect(repeated.execution).toMatchObject({ status: 'finished', currentRunNum: 2 });
      await cancel(paused);
      await waitForEnd(test, paused);
    });

    it('tells those that wait here of a free place, and no other node: theirs are not the same', async () => {
      const running = [await hanging(), await hanging()];
      for (const executionId of running) await isActive(executionId);
      const waiting = await hanging();
      const execution = (await test.engine.executions.view(waiting))?.execution;
      if (execution === undefined) throw new Error('the execution is gone');
      const hub = new Hub();
      const [told, relayed]: [string[], string[]] = [[], []];
      hub.observe((executionId) => void told.push(executionId));
      hub.relay = (executionId) => void relayed.push(executionId);
      const admission = new Admission({ database: test.database, hub, limit: 2 });
      expect(await admission.admits(execution)).toBe('front');
      admission.released(running[0] ?? '');
      expect([told, relayed]).toEqual([[waiting], []]);
      for (const executionId of [waiting, ...running]) await cancel(executionId);
      for (const executionId of [waiting, ...running]) await waitForEnd(test, executionId);
    });

    it('counts in an index, whatever the length of the queue and of the history', async () => {
      const plans = await Promise.all([
        test.database.call(explain, { text: runningStatement, values: ['space', 'space'] }),
        test.database.call(explain, { text: aheadStatement, values: ['space', 'id', 2] }),
      ]);
      // PostgreSQL chooses among its indexes by what is in the table, and this one is nearly empty.
      const isSqlite = kind.name === 'sqlite';
      expect(
        plans[0].match(isSqlite ? /space_id=\? AND (phase|admitted)=\?/g : /Index Cond: \(\(space_id = .* AND \(phase = /g),
      ).toHaveLength(2);
      expect(plans[1]).toMatch(
        isSqlite ? /execution_queue \(space_id=\? AND admitted=\? AND queued_at<\?\)/ : /Index Cond: \(\(space_id = .* AND \(phase = /,
      );
    });
  });
}
