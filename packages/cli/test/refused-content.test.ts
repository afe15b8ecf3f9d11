import { ApiError } from '@laneway/client';
import { expect, test } from 'vitest';
import { CliError, describeFailure } from '../src/failure.ts';
import { inWordsOfInputs } from '../src/run/refused-content.ts';
import { viewSchema } from '../src/run/schema-view.ts';

const schema = viewSchema({ stores: [{ id: 's1', name: 'people', type: 'list' }], lanes: [] });

function refused(atmStoreSchemaId: string, specificError: object): unknown {
  const details = { atmStoreSchemaId, specificError };
  return inWordsOfInputs(new ApiError(400, { id: 'atmStoreCreationFailed', description: 'Store "s1": no.', details }), schema);
}

const notObject = { id: 'atmDataTypeUnverified', description: 'An object was needed.', details: { value: 3, expType: 'object' } };
const constraint = (key: string, inner: object): object => ({
  id: 'atmDataValueConstraintUnverified',
  description: 'The value violates these constraints.',
  details: { value: [3], type: 'array', valueConstraints: { [key]: inner } },
});

test('content that a store refuses is told with the name of the store and the place in it', () => {
  expect(describeFailure(refused('s1', constraint('$[2]', notObject)), {})).toBe(
    'error: --input people: $[2]: An object was needed. It is 3. [atmStoreCreationFailed]\nhint: items are counted from 0: $[0] is the first one',
  );
  expect(describeFailure(refused('s1', constraint('$[2]', constraint('$[1]', notObject))), {})).toContain('people: $[2] $[1]: An');
  expect(describeFailure(refused('s1', notObject), {})).toBe(
    'error: --input people: An object was needed. It is 3. [atmStoreCreationFailed]',
  );
});

test('a value that is long is not repeated', () => {
  const long = { ...notObject, details: { value: 'x'.repeat(200) } };
  expect(describeFailure(refused('s1', long), {})).toContain('needed. [atm');
});

test('other refusals stay what they are', () => {
  expect(refused('s2', notObject)).toBeInstanceOf(ApiError);
  const other = new CliError('no');
  expect(inWordsOfInputs(other, schema)).toBe(other);
});
