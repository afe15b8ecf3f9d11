import { canonicalJson } from '../data/json.ts';
import type { LambdaRevision } from './lambda.ts';

/**
 * Text whose equality stands for equal lambda revisions; the caller may hash it. It covers the name, operation,
 * parameters, arguments and results, not summary, description, batch size, resources or state (schemas R7).
 */
export function lambdaChecksumText(revision: LambdaRevision): string {
  const { name, operationSpec, configParameterSpecs, argumentSpecs, resultSpecs } = revision;
  return canonicalJson([name, operationSpec, configParameterSpecs, argumentSpecs, resultSpecs]);
}
