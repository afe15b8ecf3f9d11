/** The examples must be importable: they are checked the way the server checks an import; their behaviour is seen by running them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeWorkflowDump, supplementaryLambda, tasksOf, validateLambdaRevision, validateWorkflowSchemaRevision } from '@laneway/model';
import { expect, test } from 'vitest';
import { readDump, readJsonFile } from '../packages/cli/src/run/dump.ts';
import { resultStores } from '../packages/cli/src/run/report.ts';
import { viewSchema } from '../packages/cli/src/run/schema-view.ts';

const folder = join(import.meta.dirname, '../examples');

test.each(readdirSync(folder))('%s is valid, brings its lambdas, has results, and says how to run it', (name) => {
  const file = join(folder, name, 'workflow.json');
  const decoded = decodeWorkflowDump(readJsonFile(file));
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
  const { revision, supplementaryAtmLambdas } = decoded.value;
  const lambdas = new Map(
    tasksOf(revision).map((task) => {
      const lambda = supplementaryLambda(supplementaryAtmLambdas, task.lambdaId, task.lambdaRevisionNumber);
      if (!lambda.ok || lambda.value === null) throw new Error(`no lambda for task ${task.name}`);
      expect(validateLambdaRevision(lambda.value)).toBeNull();
      return [task.lambdaId, lambda.value];
    }),
  );
  expect(validateWorkflowSchemaRevision(revision, (id) => lambdas.get(id))).toBeNull();
  expect(resultStores(viewSchema(readDump(file).revision.atmWorkflowSchemaRevision)).length).toBeGreaterThan(0);
  expect(existsSync(join(folder, name, 'README.md'))).toBe(true);
});
