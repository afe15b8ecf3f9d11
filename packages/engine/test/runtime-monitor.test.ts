/** Lambdas cannot run: scheduling refuses, executions are interrupted once and resumed by people (execution §15.2, R14, R20). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeError } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem, untilStopped } from '../../../test/support/in-process-runtime.ts';
import { schedule, startTestEngine, waitFor, waitForEnd, workflowOf, type TestEngine } from '../../../test/support/test-engine.ts';

const unreachable = makeError('atmOpenfaasUnreachable');

for (const kind of databaseKinds) {
  describe(`the runtime of lambdas on ${kind.name}`, () => {
    let test: TestEngine;
    beforeAll(async () => {
      test = await startTestEngine(
        kind,
        { hang: untilStopped, echo: perItem((args) => ({ value: args['item'] })) },
        { config: { runtimeCheckMs: 20, runtimeCheckGraceAttempts: 2 } },
      );
    });
    afterEach(() => {
      test.runtime.unhealthy = null;
    });
    afterAll(async () => await test.close());

    it('is lost: every execution that waits or goes on is interrupted, with a critical entry, and scheduling is refused (execution R14)', async () => {
      const hanging = await schedule(test, { lanes: [[['hang']]], input: { type: 'list', content: [1, 2, 3] } });
      await waitFor(test, hanging, () => test.runtime.live > 0);
      test.runtime.unhealthy = unreachable;
      const { execution } = await waitFor(test, hanging, (view) => view.execution.status === 'interrupted');
      const log = await test.engine.stores.browse(execution.systemAuditLogStoreId, {});
      expect(JSON.stringify(log)).toContain('atmOpenfaasUnreachable');
      const refused = await test.engine.executions.schedule(
        workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } }),
      );
      expect(refused).toEqual({ ok: false, error: unreachable });

      test.runtime.unhealthy = null;
      const scheduled = async () => (await test.engine.executions.schedule(workflowOf(test, { lanes: [[['echo']]] }))).ok;
      await expect.poll(scheduled, { timeout: 10_000 }).toBe(true);
      expect((await test.engine.executions.view(hanging))?.execution.status).toBe('interrupted');
      await test.engine.executions.resume({ executionId: hanging, actor: 'user' });
      await waitFor(test, hanging, () => test.runtime.live > 0);
      await test.engine.executions.cancel({ executionId: hanging, actor: 'user', note: null });
      await waitForEnd(test, hanging);
    });

    it('cannot be reached while tasks are prepared: the execution is interrupted and can be resumed (execution R20)', async () => {
      test.runtime.onPrepare = async () => await Promise.resolve({ kind: 'failed', reason: 'no answer', unavailable: true });
      const executionId = await schedule(test, { lanes: [[['echo']]], input: { type: 'list', content: [1, 2, 3] } });
      const { execution } = await waitFor(test, executionId, (view) => view.execution.status === 'interrupted');
      expect(execution.current.boxes.flatMap((box) => box.tasks.map((task) => task.status))).toEqual(['interrupted']);
      const log = await test.engine.stores.browse(execution.systemAuditLogStoreId, {});
      expect(JSON.stringify(log)).toContain('atmOpenfaasQueryFailed');
      test.runtime.onPrepare = undefined;
      await test.engine.executions.resume({ executionId, actor: 'user' });
      expect((await waitForEnd(test, executionId)).execution.status).toBe('finished');
    });
  });
}
