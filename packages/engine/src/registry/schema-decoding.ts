/** Supplementary lambdas of an import, read before its transaction begins (schemas §11). */
import {
  lambdaChecksumText,
  supplementaryError,
  supplementaryLambda,
  validateLambdaRevision,
  type JsonObject,
  type LambdaRevision,
  type WorkflowSchemaRevision,
} from '@laneway/model';
import { createHash } from 'node:crypto';
import type { Supplement } from './lambda-resolution.ts';
import { lambdaReferences } from './revision-lambdas.ts';

/** Equal for revisions that do the same (schemas R7). */
export function lambdaChecksum(revision: LambdaRevision): string {
  return createHash('sha256').update(lambdaChecksumText(revision)).digest('hex');
}

/** Lambda id → revision number (decimal text) → supplement, for those that the tasks refer to. */
export type Supplements = Readonly<Record<string, Readonly<Record<string, Supplement>>>>;

export function readSupplements(revision: WorkflowSchemaRevision, supplementary: JsonObject): Supplements {
  const found = new Map<string, Map<string, Supplement>>();
  for (const { lambdaId, revisionNumber } of lambdaReferences(revision)) {
    const supplement = readSupplement(supplementary, lambdaId, revisionNumber);
    if (supplement === null) continue;
    const revisions = found.get(lambdaId) ?? new Map<string, Supplement>();
    found.set(lambdaId, revisions.set(String(revisionNumber), supplement));
  }
  return Object.fromEntries([...found].map(([lambdaId, revisions]) => [lambdaId, Object.fromEntries(revisions)]));
}

function readSupplement(supplementary: JsonObject, lambdaId: string, revisionNumber: number): Supplement | null {
  const decoded = supplementaryLambda(supplementary, lambdaId, revisionNumber);
  if (!decoded.ok) return { kind: 'undecodable', error: decoded.error };
  if (decoded.value === null) return null;
  const error = validateLambdaRevision(decoded.value);
  const invalid = error === null ? null : supplementaryError(lambdaId, error);
  return { kind: 'decoded', revision: decoded.value, checksum: lambdaChecksum(decoded.value), invalid };
}
