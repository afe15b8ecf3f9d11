/**
 * Revisions of lambdas and workflow schemas in which one field, however deep, is odd: whatever is wrong is told with an error that the API
 * description lists (`World.request` checks that), and never with 500 (rest §8.2, §8.3).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject } from '@laneway/model';
import { idOf, oz } from '../support/relations.ts';
import { lambdaRevision, newWorld, workflowRevision, type Person, type World } from '../support/world.ts';

const odd = ['', '-', 'x'.repeat(300), 5, -1, 0.5, true, null, [], ['x'], {}, { nothing: 1 }];

/** The value with one of its fields, or itself, replaced by each odd value, and without each of its fields. */
function* changed(value: unknown): Generator {
  yield* odd;
  if (Array.isArray(value)) for (const [at, item] of value.entries()) for (const other of changed(item)) yield value.with(at, other);
  if (!isJsonObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    yield Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
    for (const other of changed(item)) yield { ...value, [key]: other };
  }
}

describe('odd revisions', () => {
  let world: World;
  let owner: Person;
  let inventory: string;
  let lambda: string;
  let schema: string;

  const lambdaBody = { schemaFormatVersion: 2, originalRevisionNumber: 1, atmLambdaRevision: lambdaRevision() };
  const schemaBody = (): object => ({
    schemaFormatVersion: 2,
    originalAtmWorkflowSchemaId: 'origin',
    originalRevisionNumber: 1,
    atmWorkflowSchemaRevision: workflowRevision([[lambda, 1]]),
    supplementaryAtmLambdas: {},
  });

  beforeAll(async () => {
    world = await newWorld();
    owner = await world.person('Owner');
    inventory = await world.inventory(owner);
    lambda = idOf(await world.post(`${oz}/atm_lambdas`, owner, { atmInventoryId: inventory, revision: lambdaBody }));
    const flow = { atmInventoryId: inventory, name: 'flow', revision: schemaBody() };
    schema = idOf(await world.post(`${oz}/atm_workflow_schemas`, owner, flow));
  });
  afterAll(async () => await world.close());

  it.each([
    ['create_atm_lambda', 'POST', (): string => 'atm_lambdas', (): object => ({ atmInventoryId: inventory, revision: lambdaBody })],
    ['modify_atm_lambda', 'PATCH', (): string => `atm_lambdas/${lambda}`, (): object => ({ revision: lambdaBody })],
    ['insert_atm_lambda_revision', 'PUT', (): string => `atm_lambdas/${lambda}/revision/auto`, (): object => lambdaBody],
    [
      'create_atm_workflow_schema',
      'POST',
      (): string => 'atm_workflow_schemas',
      (): object => ({ atmInventoryId: inventory, name: 'flow', revision: schemaBody() }),
    ],
    [
      'modify_atm_workflow_schema',
      'PATCH',
      (): string => `atm_workflow_schemas/${schema}`,
      (): object => ({ name: 'flow', summary: '', revision: schemaBody() }),
    ],
    ['insert_atm_workflow_schema_revision', 'PUT', (): string => `atm_workflow_schemas/${schema}/revision/auto`, schemaBody],
  ] as const)('%s tells what is wrong with any field, however deep', async (_operationId, method, path, body) => {
    const errors = new Set<string | undefined>();
    for (const other of changed(body())) {
      const answer = await world.send(method, `${oz}/${path()}`, owner, other);
      errors.add(answer.error);
      expect([other, answer.status < 500]).toEqual([other, true]);
    }
    for (const error of ['malformedData', 'missingRequiredValue', 'badData']) expect(errors).toContain(error);
  });
});
