import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeLambdaDump,
  decodeWorkflowDump,
  httpStatusOf,
  lambdaRevisionDump,
  supplementaryLambda,
  workflowRevisionDump,
} from '../src/index.ts';
import { lambdaJson, laneJson, parameterJson, storeJson, taskJson, workflowJson } from './samples.ts';

const mapping = {
  resultName: 'r1',
  storeSchemaId: 'in',
  storeContentUpdateOptions: { type: 'listStoreContentUpdateOptions', function: 'append' },
};
const builder = {
  argumentName: 'a1',
  valueBuilder: { valueBuilderType: 'object', valueBuilderRecipe: { x: { valueBuilderType: 'iteratedItem' } } },
};
const task = taskJson('t', { argumentMappings: [builder], resultMappings: [mapping] });
const plainLambda = {
  originalRevisionNumber: 1,
  atmLambdaRevision: lambdaJson({ argumentSpecs: [parameterJson('a1', { type: 'file', attributes: ['name'] })] }),
};
const plainWorkflow = {
  originalRevisionNumber: 1,
  atmWorkflowSchemaRevision: workflowJson({ stores: [storeJson('in')], lanes: [laneJson('l', [task])] }),
};

function must<T>(result: { readonly ok: boolean; readonly value?: T }): T {
  if (!result.ok || result.value === undefined) throw new Error('the sample has to decode');
  return result.value;
}
const lambda = must(decodeLambdaDump({ revision: plainLambda })).revision;
const workflow = must(decodeWorkflowDump({ name: 'nn', revision: plainWorkflow })).revision;
const samples: readonly object[] = [
  plainLambda,
  plainWorkflow,
  lambdaRevisionDump(1, lambda),
  workflowRevisionDump(1, workflow, { l: { '1': lambda } }),
];

/** A copy of the sample in which the value that the steps lead to is another one, or gone. */
function changed(sample: unknown, steps: readonly number[], replacement: unknown): unknown {
  const [step, ...rest] = steps;
  if (typeof sample !== 'object' || sample === null || step === undefined) return replacement;
  const entries = Object.entries(sample);
  const at = entries.length === 0 ? 0 : step % entries.length;
  const next = entries.map(([key, value], index) => [key, index === at ? changed(value, rest, replacement) : (value as unknown)] as const);
  return Array.isArray(sample) ? next.map(([, value]) => value) : Object.fromEntries(next.filter(([, value]) => value !== undefined));
}

/** Cannot be made a text or a number. */
const obstinate = { toString: 1, valueOf: null };

describe('a dump with any one value replaced or removed', () => {
  it('is decoded or refused with an error of the client, never with an exception', () => {
    const replacement = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.constant({ _version: 1, _data: null }), fc.constant(obstinate));
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(fc.nat(30), { minLength: 1, maxLength: 14 }),
        replacement,
        (sample, steps, value) => {
          const revision = changed(sample, steps, value);
          for (const result of [
            decodeLambdaDump({ revision }),
            decodeWorkflowDump({ name: 'nn', revision }),
            supplementaryLambda({ l: { '1': { revision } } }, 'l', 1),
          ]) {
            if (!result.ok) expect(httpStatusOf(result.error)).toBe(400);
          }
        },
      ),
      { numRuns: 2000, seed: 7 },
    );
  });

  it('is refused when its version is no version', () => {
    const revision = { ...plainWorkflow, schemaFormatVersion: obstinate };
    expect(decodeWorkflowDump({ name: 'nn', revision })).toMatchObject({ ok: false });
    expect(decodeLambdaDump({ revision: { ...plainLambda, schemaFormatVersion: obstinate } })).toMatchObject({ ok: false });
    const supplement = { l: { '1': { revision: { ...plainLambda, schemaFormatVersion: obstinate } } } };
    expect(supplementaryLambda(supplement, 'l', 1)).toMatchObject({ ok: true });
  });
});
