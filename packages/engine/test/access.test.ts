/** An execution whose user is gone is interrupted, and goes on for whoever resumes it (execution §15.1, R57, R69). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeError } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import { schedule, startTestEngine, valuesOf, waitFor, waitForEnd, type TestEngine } from '../../../test/support/test-engine.ts';

for (const kind of databaseKinds) {
  describe(`the user's access on ${kind.name}`, () => {
    let test: TestEngine;
    const gone = new Set<string>();
    beforeAll(async () => {
      test = await startTestEngine(
        kind,
        { echo: perItem((args) => ({ value: args['item'] })) },
        { access: async ({ sessionUserId }) => await Promise.resolve(gone.has(sessionUserId) ? makeError('unauthorized') : null) },
      );
    });
    afterAll(async () => await test.close());

    it('is looked at before anything is prepared; the log and the blockers say what happened (execution R58)', async () => {
      gone.add('user');
      const executionId = await schedule(test, { lanes: [[['echo']]], input: { type: 'list', content: [1, 2, 3] } });
      const { execution } = await waitFor(test, executionId, (view) => view.execution.status === 'interrupted');
      expect(execution.current.boxes).toEqual([]);
      expect(await test.engine.executions.blockers(executionId)).toMatchObject([
        { kind: 'suspended', cause: 'privilege or runtime', actor: null, reason: expect.stringContaining('access') as string },
      ]);
      const log = await test.engine.stores.browse(execution.systemAuditLogStoreId, {});
      expect(JSON.stringify(log)).toContain('"critical"');
      await test.engine.executions.resume({ executionId, actor: 'other' });
      const view = await waitForEnd(test, executionId);
      expect(view.execution).toMatchObject({ status: 'finished', userId: 'user', sessionUserId: 'other' });
      expect(await valuesOf(test, view, 'output')).toHaveLength(3);
      expect(test.runtime.calls.at(-1)?.request.ctx).toMatchObject({ userId: 'other' });
    });
  });
}
