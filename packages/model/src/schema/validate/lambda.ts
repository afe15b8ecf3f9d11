import type { DataSpec } from '../../data/data-spec.ts';
import { checkPredefinedValue } from '../../data/predefined-value.ts';
import type { ErrorObject } from '../../errors/result.ts';
import type { LambdaRevision, ParameterSpec } from '../lambda.ts';
import { badData, firstProblem, hasDuplicates } from './problems.ts';

/** The first problem of a decoded lambda revision, or null (schemas §10.1). */
export function validateLambdaRevision(revision: LambdaRevision): ErrorObject | null {
  return firstProblem(problems(revision));
}

function* problems(revision: LambdaRevision): Generator<ErrorObject | null> {
  const { configParameterSpecs, argumentSpecs, resultSpecs } = revision;
  const parameters = { configParameterSpecs, argumentSpecs };
  for (const [key, specs] of Object.entries({ ...parameters, resultSpecs })) {
    if (hasDuplicates(specs.map(({ name }) => name))) yield badData(key, 'there are duplicate names');
  }
  for (const [key, specs] of Object.entries(parameters)) {
    for (const spec of specs) yield defaultProblem(key, spec);
  }
  for (const [key, specs] of Object.entries(parameters)) {
    for (const { name, dataSpec } of specs) yield attributesProblem(`${key}[${name}].dataSpec`, dataSpec);
  }
}

/** null is no default at all (schemas R53). */
function defaultProblem(key: string, { name, dataSpec, defaultValue }: ParameterSpec): ErrorObject | null {
  return defaultValue === null ? null : checkPredefinedValue(dataSpec, defaultValue, `${key}[${name}].defaultValue`);
}

/** Files and groups given to a lambda need at least one attribute, at any depth of arrays (schemas R45). */
function attributesProblem(key: string, spec: DataSpec): ErrorObject | null {
  if (spec.type === 'array') return attributesProblem(`${key}.itemDataSpec`, spec.itemDataSpec);
  if (spec.type !== 'file' && spec.type !== 'group') return null;
  if (spec.attributes !== null && spec.attributes.length > 0) return null;
  return badData(`${key}.attributes`, `the field must be a list with at least one ${spec.type} attribute`);
}
