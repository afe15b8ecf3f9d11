import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LambdaRevision, Result } from '../src/index.ts';
import {
  decodeLambdaDump,
  decodeLambdaRevisionDump,
  decodeWorkflowDump,
  decodeWorkflowRevisionDump,
  decodeWorkflowSchemaRevision,
  isJsonObject,
  lambdaDump,
  lambdaRevisionDump,
  persistedWorkflowSchemaRevision,
  supplementaryLambda,
  tasksOf,
  validateLambdaRevision,
  validateWorkflowSchemaRevision,
  workflowDump,
  workflowRevisionDump,
} from '../src/index.ts';
import { referenceWorkflows } from '../../../test/support/reference.ts';
import { lambdaJson, workflowJson } from './samples.ts';

/** Our own examples, and dumps of others. */
const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));
const files = [
  ...readdirSync(examples).map((name) => `${examples}${name}/workflow.json`),
  ...readdirSync(referenceWorkflows).map((name) => `${referenceWorkflows}${name}`),
];
const refusal = (result: Result<unknown>) => (result.ok ? null : { id: result.error.id, ...result.error.details });

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.description);
  return result.value;
}

describe('dumps from real life (schemas R31)', () => {
  it.each(files.map((path) => [basename(path.replace('/workflow.json', '.json')), path]))(
    '%s decodes, is valid, and survives being dumped and read again (schemas R31)',
    (_name, path) => {
      const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
      const dump = must(decodeWorkflowDump(json));
      const lambdas: Record<string, Record<string, LambdaRevision>> = {};
      for (const { lambdaId, lambdaRevisionNumber } of tasksOf(dump.revision)) {
        const lambda = must(supplementaryLambda(dump.supplementaryAtmLambdas, lambdaId, lambdaRevisionNumber));
        if (lambda === null) throw new Error(`no lambda ${lambdaId}`);
        expect(validateLambdaRevision(lambda)).toBeNull();
        (lambdas[lambdaId] ??= {})[String(lambdaRevisionNumber)] = lambda;
      }
      expect(validateWorkflowSchemaRevision(dump.revision, (id, number) => lambdas[id]?.[String(number)])).toBeNull();

      const written = workflowDump(
        { id: dump.originalAtmWorkflowSchemaId ?? '', name: dump.name, summary: dump.summary },
        workflowRevisionDump(dump.revisionNumber, dump.revision, lambdas),
      );
      const again = must(decodeWorkflowDump(JSON.parse(JSON.stringify(written))));
      expect(again.revision).toEqual(dump.revision);
      expect({ ...again, supplementaryAtmLambdas: {} }).toEqual({ ...dump, supplementaryAtmLambdas: {} });
      for (const [id, revisions] of Object.entries(lambdas)) {
        for (const [number, lambda] of Object.entries(revisions))
          expect(must(supplementaryLambda(again.supplementaryAtmLambdas, id, Number(number)))).toEqual(lambda);
      }
      // What GET shows is the plain form, and it decodes to the same revision.
      expect(must(decodeWorkflowSchemaRevision(JSON.parse(JSON.stringify(dump.revision)), 'plain'))).toEqual(dump.revision);
    },
  );

  const persisted = files.filter((path) => readFileSync(path, 'utf8').includes('"_version"'));
  it.each(persisted.map((path) => [basename(path.replace('/workflow.json', '.json')), path]))(
    'the persisted records of %s are written back exactly, dashboards included (schemas R17, R19, §6.6)',
    (_name, path) => {
      const json = JSON.parse(readFileSync(path, 'utf8')) as { revision: { atmWorkflowSchemaRevision: unknown } };
      const decoded = must(decodeWorkflowDump(json));
      // Keys that were absent come back with their defaults, so the original is contained in what is written.
      expect(JSON.parse(JSON.stringify(persistedWorkflowSchemaRevision(decoded.revision)))).toMatchObject(
        json.revision.atmWorkflowSchemaRevision as object,
      );
    },
  );
});

const lambdaHolder = (changes: object = {}) => ({ originalRevisionNumber: 1, atmLambdaRevision: lambdaJson(), ...changes });

describe('format versions', () => {
  it('absent and 2 are plain, also as text (schemas R26)', () => {
    for (const version of [{}, { schemaFormatVersion: 2 }, { schemaFormatVersion: '2' }])
      expect(decodeLambdaRevisionDump(lambdaHolder(version)).ok).toBe(true);
  });
  it('the inner one selects the decoder, the outer one is only checked (schemas R27)', () => {
    expect(decodeLambdaDump({ schemaFormatVersion: 3, revision: lambdaHolder() }).ok).toBe(true);
    expect(refusal(decodeLambdaDump({ schemaFormatVersion: 4, revision: lambdaHolder() }))).toEqual({
      id: 'badValueNotAllowed',
      key: 'schemaFormatVersion',
      allowed: [2, 3],
    });
    expect(refusal(decodeLambdaDump({ schemaFormatVersion: 'x', revision: lambdaHolder() }))).toEqual({
      id: 'badValueInteger',
      key: 'schemaFormatVersion',
    });
  });
  it('an unsupported one is noticed only after the persisted decoder was satisfied (schemas R28)', () => {
    expect(refusal(decodeLambdaRevisionDump(lambdaHolder({ schemaFormatVersion: 7 })))).toEqual({
      id: 'badData',
      key: 'atmLambdaRevision',
      hint: null,
    });
    const persisted = lambdaRevisionDump(1, must(decodeLambdaRevisionDump(lambdaHolder())).revision);
    expect(refusal(decodeLambdaRevisionDump({ ...persisted, schemaFormatVersion: 7 }))).toMatchObject({ id: 'badValueNotAllowed' });
  });
});

describe('envelopes', () => {
  it('the revision number is a positive integer or its text; with a number in the path it is not looked at (schemas R40)', () => {
    expect(refusal(decodeLambdaRevisionDump(lambdaHolder({ originalRevisionNumber: 0 })))).toEqual({
      id: 'badValueTooLow',
      key: 'originalRevisionNumber',
      limit: 1,
    });
    expect(refusal(decodeLambdaRevisionDump(lambdaHolder({ originalRevisionNumber: 'x' })))).toEqual({
      id: 'badValueInteger',
      key: 'originalRevisionNumber',
    });
    expect(refusal(decodeLambdaRevisionDump({ atmLambdaRevision: lambdaJson() }))).toEqual({
      id: 'missingRequiredValue',
      key: 'originalRevisionNumber',
    });
    expect(decodeLambdaRevisionDump({ atmLambdaRevision: lambdaJson(), originalRevisionNumber: 'x' }, 'path')).toMatchObject({
      ok: true,
      value: { revisionNumber: null },
    });
  });
  it('bad revisions name their field (schemas R38, R43)', () => {
    expect(refusal(decodeLambdaDump({ revision: 5 }))).toEqual({ id: 'badValueJSON', key: 'revision' });
    expect(refusal(decodeLambdaDump({}))).toEqual({ id: 'missingRequiredValue', key: 'revision' });
    expect(refusal(decodeLambdaDump([]))).toEqual({ id: 'malformedData' });
    expect(refusal(decodeLambdaDump({ revision: { originalRevisionNumber: 1 } }))).toEqual({
      id: 'missingRequiredValue',
      key: 'atmLambdaRevision',
    });
    expect(
      refusal(
        decodeLambdaDump({
          revision: lambdaHolder({ atmLambdaRevision: lambdaJson({ operationSpec: { engine: 'atmWorkflow', atmWorkflowId: 'x' } }) }),
        }),
      ),
    ).toMatchObject({ key: 'operationSpec.engine' });
    expect(
      refusal(
        decodeWorkflowRevisionDump({ originalRevisionNumber: 1, atmWorkflowSchemaRevision: workflowJson(), supplementaryAtmLambdas: [] }),
      ),
    ).toEqual({ id: 'badValueJSON', key: 'supplementaryAtmLambdas' });
  });
  it('name, summary and original id of a workflow schema are checked (schemas R43)', () => {
    const dump = { name: 'a name', revision: { originalRevisionNumber: 1, atmWorkflowSchemaRevision: workflowJson() } };
    expect(must(decodeWorkflowDump(dump))).toMatchObject({
      name: 'a name',
      summary: 'Missing summary',
      originalAtmWorkflowSchemaId: null,
      revisionNumber: 1,
      supplementaryAtmLambdas: {},
    });
    expect(refusal(decodeWorkflowDump({ ...dump, name: '-' }))).toEqual({ id: 'badValueName', key: null });
    expect(refusal(decodeWorkflowDump({ ...dump, name: 5 }))).toEqual({ id: 'badValueString', key: 'name' });
    expect(refusal(decodeWorkflowDump({ ...dump, summary: 'x'.repeat(201) }))).toEqual({
      id: 'badValueTextTooLarge',
      key: 'summary',
      limit: 200,
    });
    expect(refusal(decodeWorkflowDump({ ...dump, originalAtmWorkflowSchemaId: '' }))).toEqual({
      id: 'badValueEmpty',
      key: 'originalAtmWorkflowSchemaId',
    });
  });
  it('a lambda dump is read back, and is in format 3 (schemas §8.1)', () => {
    const { revision } = must(decodeLambdaRevisionDump(lambdaHolder()));
    const dump = lambdaDump('id', 4, revision);
    expect(dump).toMatchObject({
      schemaFormatVersion: 3,
      originalAtmLambdaId: 'id',
      revision: { schemaFormatVersion: 3, originalRevisionNumber: 4, atmLambdaRevision: { _version: 1 } },
    });
    expect(must(decodeLambdaDump(dump))).toEqual({ originalAtmLambdaId: 'id', revisionNumber: 4, revision });
    expect(isJsonObject(dump)).toBe(true);
  });
});

describe('supplementary lambdas', () => {
  it('3 selects the persisted decoder, anything else the plain one (schemas R29)', () => {
    const { revision } = must(decodeLambdaRevisionDump(lambdaHolder()));
    expect(must(supplementaryLambda({ l: { '1': lambdaDump('l', 1, revision) } }, 'l', 1))).toEqual(revision);
    expect(must(supplementaryLambda({ l: { '1': { revision: lambdaHolder({ schemaFormatVersion: 7 }) } } }, 'l', 1))).toEqual(revision);
    expect(must(supplementaryLambda({ l: {} }, 'l', 1))).toBeNull();
    expect(must(supplementaryLambda({}, 'constructor', 1))).toBeNull();
  });
  it('an undecodable one is reported with its id and the cause (schemas R55)', () => {
    for (const entry of [5, {}, { revision: {} }]) {
      expect(refusal(supplementaryLambda({ l: { '1': entry } }, 'l', 1))).toMatchObject({
        id: 'badData',
        key: 'supplementaryAtmLambdas[l].revision.atmLambdaRevision',
        specificError: { id: 'badData', details: { key: 'atmLambdaRevision' } },
      });
    }
  });
});
