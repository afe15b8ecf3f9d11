/** What scheduling checks, and that a refusal leaves nothing behind (execution §5). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScheduleRequest } from '@laneway/engine';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import { startTestEngine, waitForEnd, workflowOf, type TestEngine } from '../../../test/support/test-engine.ts';

for (const kind of databaseKinds) {
  describe(`scheduling on ${kind.name}`, () => {
    let test: TestEngine;
    beforeAll(async () => {
      test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) });
    });
    afterAll(async () => await test.close());

    async function refusal(request: ScheduleRequest): Promise<unknown> {
      const scheduled = await test.engine.executions.schedule(request);
      const { entries } = await test.engine.executions.list({
        spaceId: test.spaceId,
        viewerId: null,
        phase: 'waiting',
        limit: 10,
        offset: 0,
        index: null,
      });
      expect(entries).toEqual([]);
      return scheduled.ok ? undefined : { id: scheduled.error.id, details: scheduled.error.details };
    }

    it('refuses a revision without lanes (execution R10)', async () => {
      expect(await refusal(workflowOf(test, { lanes: [] }))).toEqual({ id: 'atmWorkflowEmpty' });
    });

    it('refuses a lane without parallel boxes and names it, in schema order (execution R11)', async () => {
      expect(await refusal(workflowOf(test, { lanes: [[['echo']], []] }))).toEqual({
        id: 'atmLaneEmpty',
        details: { atmLaneSchemaId: 'lane2' },
      });
    });

    it('refuses a parallel box without tasks and names it (execution R12)', async () => {
      expect(await refusal(workflowOf(test, { lanes: [[['echo'], []]] }))).toEqual({
        id: 'atmParallelBoxEmpty',
        details: { atmParallelBoxSchemaId: 'box1.2' },
      });
    });

    it('refuses a lambda of an engine that is not supported, and one whose lambda is not there (execution R13, schemas R61)', async () => {
      const request = workflowOf(test, { lanes: [[['echo']]] });
      const revision = request.lambdas['echo']?.['1'];
      if (revision === undefined) throw new Error('no lambda');
      const foreign = { ...revision, operationSpec: { engine: 'onedataFunction', functionId: 'replicate' } } as const;
      expect(await refusal({ ...request, lambdas: { echo: { 1: foreign } } })).toEqual({ id: 'notSupported' });
      expect(await refusal({ ...request, lambdas: {} })).toEqual({ id: 'notFound' });
    });

    it('refuses initial content of a wrong type and says where it is (execution R15)', async () => {
      expect(await refusal(workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: ['text'] } }))).toMatchObject({
        id: 'atmStoreCreationFailed',
        details: {
          atmStoreSchemaId: 'input',
          specificError: {
            id: 'atmDataValueConstraintUnverified',
            details: { type: 'array', valueConstraints: { '$[0]': { id: 'atmDataTypeUnverified' } } },
          },
        },
      });
    });

    it('keeps only entries up to the log level, of the engine and of lambdas alike (execution R116)', async () => {
      for (const [logLevel, expected] of [
        [5, ['notice']],
        [7, ['debug', 'info', 'notice']],
      ] as const) {
        const scheduled = await test.engine.executions.schedule(
          workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] }, logLevel }),
        );
        if (!scheduled.ok) throw new Error(scheduled.error.description);
        const view = await waitForEnd(test, scheduled.value.executionId);
        const log = await test.engine.stores.browse(view.execution.systemAuditLogStoreId, {});
        const entries = log.ok ? (log.value as { logEntries: { severity: string }[] }).logEntries : [];
        expect([...new Set(entries.map((entry) => entry.severity))].toSorted()).toEqual(expected);
      }
    });
  });
}
