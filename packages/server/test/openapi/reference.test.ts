/** Our API description beside that of the contract: the same operations, operation by operation. */
import { describe, expect, test } from 'vitest';
import { httpStatusOf, makeError } from '@laneway/model';
import { readReference } from '../../../../test/support/reference.ts';
import type { ServerDeps } from '../../src/deps.ts';
import type { Route } from '../../src/http/route.ts';
import { schemas } from '../../src/openapi/components.ts';
import { operationOf } from '../../src/openapi/document.ts';
import { operations } from '../../src/openapi/operations.ts';
import { allRoutes } from '../../src/routes.ts';
import { deviations } from './deviations.ts';
import { operationShape, shapeOf, type Json } from './shape.ts';

const reference = readReference('openapi.json') as Json;
const routes = allRoutes({ registry: {} } as unknown as ServerDeps, new AbortController().signal);
const contract = Object.entries(reference['paths'] as Json).flatMap(([path, methods]) =>
  Object.entries(methods as Json).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation: operation as Json })),
);

function routeOf(method: string, path: string): Route | undefined {
  return routes.find((route) => route.method === method && route.prefix + route.path === path);
}

/** A shape, ours or that of the contract, without what the other one does not have on purpose. */
function withoutDeviations(shape: Json, kind: 'moreErrors' | 'fewerErrors'): Json {
  const answers = Object.entries(shape['answers'] as Json).map(([status, answer]) => {
    const more = deviations
      .filter((deviation) => deviation.operations === 'all' || deviation.operations.includes(shape['operationId']))
      .flatMap((deviation) => deviation[kind]?.[Number(status)] ?? []);
    return [status, { ...answer, errors: answer.errors.filter((id: string) => !more.includes(id)), only: answer.errors.length }] as const;
  });
  const kept = answers
    .filter(([, answer]) => answer.errors.length > 0 || answer.only === 0)
    .map(([status, { only: _only, ...rest }]) => [status, rest]);
  return { ...shape, answers: Object.fromEntries(kept) };
}

describe('each operation of the contract is described as the contract does', () => {
  test('there are 126', () => {
    expect(contract).toHaveLength(126);
  });

  test.each(contract.map(({ method, path, operation }) => [operation['operationId'] as string, method, path, operation] as const))(
    '%s (%s %s)',
    (operationId, method, path, expected) => {
      const route = routeOf(method, path);
      expect(route?.operationId).toBe(operationId);
      const ours = operationShape(operationOf(route!), { schemas });
      expect(withoutDeviations(ours, 'moreErrors')).toEqual(
        withoutDeviations(operationShape(expected, reference['components']), 'fewerErrors'),
      );
    },
  );
});

test('each shared component has the shape that the contract gives it', () => {
  const shared = Object.keys(reference['components'].schemas).filter((name) => Object.hasOwn(schemas, name));
  const shapes = (of: Json): Json =>
    Object.fromEntries(shared.map((name) => [name, shapeOf({ $ref: `#/components/schemas/${name}` }, of)]));
  expect(shared.length).toBeGreaterThan(90);
  expect(shapes({ schemas })).toEqual(shapes(reference['components']));
});

const ids = (operation: Json, status: number): readonly string[] => operation['responses'][status]?.['x-error-ids'] ?? [];

test.each([
  ['that the contract does not list, and that we do', 'moreErrors', true],
  ['that the contract lists, and that we do not', 'fewerErrors', false],
] as const)('each deviation is one: an error %s', (_words, kind, isOurs) => {
  const idle = deviations
    .filter((deviation) => deviation.operations !== 'all')
    .flatMap(({ operations: named, [kind]: errors = {} }) =>
      (named as readonly string[]).flatMap((operationId) =>
        Object.entries(errors).flatMap(([status, changed]) => {
          const expected = contract.find(({ operation }) => operation['operationId'] === operationId)!.operation;
          const ours = operations[operationId]!.refusals[Number(status)] ?? [];
          return changed.filter(
            (id) => ids(expected, Number(status)).includes(id) === isOurs || (ours as readonly string[]).includes(id) !== isOurs,
          );
        }),
      ),
    );
  expect(idle).toEqual([]);
});

test('each error is listed under its own status (rest R35)', () => {
  const wrong = Object.entries(operations).flatMap(([operationId, { refusals }]) =>
    Object.entries(refusals).flatMap(([status, ids]) =>
      ids
        .filter(
          (id) =>
            httpStatusOf((makeError as (id: string, details: object) => { id: string; description: string })(id, {})) !== Number(status),
        )
        .map((id) => `${operationId} ${status} ${id}`),
    ),
  );
  expect(wrong).toEqual([]);
});
