import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ErrorObject } from '../src/index.ts';
import { errorCatalogue, errorDefinition, httpStatusOf, isErrorId, isErrorObject, makeError, posixError } from '../src/index.ts';
import { readReference } from '../../../test/support/reference.ts';

interface ReferenceError {
  readonly id: string;
  readonly httpCode: number | null;
  readonly args: readonly { readonly name: string; readonly nullable: boolean }[];
}

describe('the error catalogue against the reference', () => {
  const reference = readReference('errors.json') as ReferenceError[];

  it('lists exactly the ids of the reference', () => {
    expect(Object.keys(errorCatalogue).sort()).toEqual(reference.map(({ id }) => id).sort());
  });

  it('gives every error its HTTP status and its detail keys with their nullability (rest R35)', () => {
    for (const { id, httpCode, args } of reference) {
      const definition = errorDefinition(id)!;
      expect([id, definition.httpCode]).toEqual([id, httpCode]);
      if (id === 'badData') continue;
      const declared = Object.entries(definition.details).map(([name, kind]) => ({ name, nullable: kind.endsWith('?') }));
      expect([id, declared]).toEqual([id, args.map(({ name, nullable }) => ({ name, nullable }))]);
    }
  });

  it('has a placeholder for every detail it mentions and mentions no other', () => {
    for (const [id, definition] of Object.entries(errorCatalogue)) {
      for (const [, name] of definition.template.matchAll(/\{(\w+)\}/g))
        expect([id, Object.keys(definition.details)]).toEqual([id, expect.arrayContaining([name])]);
    }
  });
});

describe('makeError', () => {
  it('leaves details out of an error without arguments (rest §3.1)', () => {
    expect(makeError('notFound')).toEqual({ id: 'notFound', description: 'No resource exists under the requested identity.' });
  });

  it('keeps every declared key, null when a nullable detail is not given (rest §3.1)', () => {
    expect(makeError('internalServerError').details).toEqual({ reference: null });
    expect(makeError('internalServerError').description).toContain('reference "null"');
    expect(makeError('badValueName').description).toMatch(/^"name" is not an acceptable name/);
  });

  it('drops details that the error does not declare', () => {
    const extra = { key: 'x', limit: 1, more: true };
    expect(makeError('badValueTooLow', extra).details).toEqual({ key: 'x', limit: 1 });
  });

  it('inserts the description of a nested error and ends with exactly one dot (rest R38, R40)', () => {
    const nested = makeError('atmStoreMissingRequiredInitialContent');
    const outer = makeError('atmStoreCreationFailed', { atmStoreSchemaId: 's', specificError: nested });
    expect(outer.details).toEqual({ atmStoreSchemaId: 's', specificError: nested });
    expect(outer.description).toBe(
      'Store with schema id "s" could not be created: The store requires initial content, and none was given.',
    );
  });

  it('joins lists by comma and space and shows other JSON compactly (rest R41)', () => {
    expect(makeError('badValueNotAllowed', { key: 'k', allowed: ['a', 'b'] }).description).toBe('"k" has to be one of: a, b.');
    const text = makeError('atmTaskArgMapperIteratedItemQueryFailed', { value: {}, query: ['a', '[0]'] }).description;
    expect(text).toContain('["a","[0]"]');
  });

  it('does not treat inserted text as a template', () => {
    expect(makeError('badValueTooLow', { key: '{limit}$&', limit: 3 }).description).toBe('"{limit}$&" has to be 3 or more.');
  });

  it('builds badData with either a hint or a nested error (rest R39)', () => {
    expect(makeError('badData', { key: 'k' })).toEqual({
      id: 'badData',
      details: { key: 'k', hint: null },
      description: 'The value of "k" is not acceptable.',
    });
    expect(makeError('badData', { key: 'k', hint: 'why' }).description).toBe('The value of "k" is not acceptable: why.');
    const specificError = makeError('notFound');
    expect(makeError('badData', { key: 'k', specificError }).details).toEqual({ key: 'k', specificError });
  });

  it('is typed by id', () => {
    // @ts-expect-error the limit is obligatory
    makeError('badValueTooLow', { key: 'k' });
    // @ts-expect-error details are obligatory
    makeError('badValueTooLow');
    // @ts-expect-error unknown id
    expect(() => makeError('nonsense')).toThrow(TypeError);
    expect(isErrorId('nonsense')).toBe(false);
    expect(isErrorId('toString')).toBe(false);
  });
});

describe('statuses', () => {
  it('posix errors are 400 with a lower-case errno (rest R36)', () => {
    const error = posixError('EACCES');
    expect(error.details).toEqual({ errno: 'eacces' });
    expect(httpStatusOf(error)).toBe(400);
  });

  it('errorOnNodes takes the status of the nested error (rest R37)', () => {
    expect(httpStatusOf(makeError('errorOnNodes', { error: makeError('notFound'), hostnames: ['n1'] }))).toBe(404);
  });

  it('a foreign id counts as 500 (rest R42)', () => {
    const foreign: ErrorObject = { id: 'toString', description: 'x' };
    expect(httpStatusOf(foreign)).toBe(500);
    expect(isErrorObject(foreign)).toBe(true);
    expect(isErrorObject({ id: 5 })).toBe(false);
  });
});

describe('docs/reference/errors.md', () => {
  it('is generated from the catalogue and not stale', () => {
    const script = fileURLToPath(new URL('../../../scripts/generate-errors.ts', import.meta.url));
    expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
  });
});
