/** Dump envelopes (schemas §8). Dumps are always written in format 3. */
import { isJsonObject, ownValue, type JsonObject } from '../data/json.ts';
import { characterCount, isEntityName } from '../data/names.ts';
import { makeError } from '../errors/make-error.ts';
import { ok, refuse, type ErrorObject, type Result } from '../errors/result.ts';
import { convertedField, integerField, objectField, textField, type Field } from '../requests/fields.ts';
import { sanitise } from '../requests/sanitise.ts';
import type { Encoding } from './decode/cursor.ts';
import { decodeLambdaRevision, defaultSummary, summaryLimit } from './decode/lambda.ts';
import { decodeWorkflowSchemaRevision } from './decode/workflow.ts';
import { persistedLambdaRevision, persistedWorkflowSchemaRevision } from './encode/persisted.ts';
import type { LambdaRevision } from './lambda.ts';
import type { WorkflowSchemaRevision } from './workflow.ts';

const currentFormat = 3;
const supportedFormats = [2, 3] as const;

/** 2 and 3; the list in the error holds numbers (schemas R26). */
export const formatVersionField: Field<number> = convertedField(integerField(), (version, key) => {
  if (supportedFormats.some((known) => known === version)) return ok(version);
  const { details, ...rest } = makeError('badValueNotAllowed', { key, allowed: supportedFormats.map(String) });
  return refuse({ ...rest, details: { ...details, allowed: supportedFormats } });
});

/** The version beside the revision selects its decoder: absent or 2 is plain, anything else persisted (schemas R26–R28). */
export function encodingOf(envelope: JsonObject): Encoding {
  const version = ownValue(envelope, 'schemaFormatVersion');
  return version === undefined || isVersion(version, 2) ? 'plain' : 'persisted';
}

/** Whether it is that number, also as text. Not every object can be made a number, so none is tried. */
function isVersion(version: unknown, number: number): boolean {
  return (typeof version === 'number' || typeof version === 'string') && Number(version) === number;
}

/** A revision that came with its number; the number is null where the path gave another (schemas R40). */
export interface RevisionDump<T> {
  readonly revisionNumber: number | null;
  readonly revision: T;
}

export interface WorkflowRevisionDump extends RevisionDump<WorkflowSchemaRevision> {
  /** Lambda id → revision number → lambda dump, not decoded: see `supplementaryLambda`. */
  readonly supplementaryAtmLambdas: JsonObject;
}

/** Whether `originalRevisionNumber` has to be there; with a number in the path it is ignored (schemas R40). */
export type NumberSource = 'body' | 'path';

const revisionNumberField = integerField({ min: 1 });

/** The object that directly holds `atmLambdaRevision` (schemas §8.3); required keys go before the version (schemas R28). */
export function decodeLambdaRevisionDump(json: unknown, number: NumberSource = 'body'): Result<RevisionDump<LambdaRevision>> {
  return decodeEnvelope(json, 'atmLambdaRevision', number, decodeLambdaRevision);
}

/** The object that directly holds `atmWorkflowSchemaRevision` (schemas §8.3). */
export function decodeWorkflowRevisionDump(json: unknown, number: NumberSource = 'body'): Result<WorkflowRevisionDump> {
  const read = decodeEnvelope(json, 'atmWorkflowSchemaRevision', number, decodeWorkflowSchemaRevision);
  if (!read.ok) return read;
  const rest = sanitise('onezone', json, { required: {}, optional: { supplementaryAtmLambdas: objectField() } });
  return rest.ok ? ok({ ...read.value, supplementaryAtmLambdas: rest.value.supplementaryAtmLambdas ?? {} }) : rest;
}

function decodeEnvelope<T>(
  json: unknown,
  key: 'atmLambdaRevision' | 'atmWorkflowSchemaRevision',
  number: NumberSource,
  decode: (value: unknown, encoding: Encoding) => Result<T>,
): Result<RevisionDump<T>> {
  const encoding = isJsonObject(json) ? encodingOf(json) : 'plain';
  const revision = sanitise('onezone', json, { required: { [key]: objectField() }, optional: {} });
  if (!revision.ok) return revision;
  const decoded = decode(revision.value[key], encoding);
  if (!decoded.ok) return decoded;
  const rest = sanitise('onezone', json, {
    required: number === 'body' ? { originalRevisionNumber: revisionNumberField } : {},
    optional: { schemaFormatVersion: formatVersionField },
  });
  return rest.ok ? ok({ revisionNumber: rest.value.originalRevisionNumber ?? null, revision: decoded.value }) : rest;
}

export interface LambdaDump {
  readonly originalAtmLambdaId: string | null;
  readonly revisionNumber: number;
  readonly revision: LambdaRevision;
}

export interface WorkflowDump extends Omit<WorkflowRevisionDump, 'revisionNumber'> {
  readonly name: string;
  readonly summary: string;
  readonly originalAtmWorkflowSchemaId: string | null;
  readonly revisionNumber: number;
}

/** A complete lambda dump (schemas §8.1). */
export function decodeLambdaDump(json: unknown): Result<LambdaDump> {
  const revision = convertedField(objectField(), (value) => decodeLambdaRevisionDump(value));
  const read = sanitise('onezone', json, {
    required: { revision },
    optional: { originalAtmLambdaId: textField({ notEmpty: true }), schemaFormatVersion: formatVersionField },
  });
  if (!read.ok) return read;
  const { originalAtmLambdaId = null } = read.value;
  return ok({ originalAtmLambdaId, revisionNumber: read.value.revision.revisionNumber ?? 1, revision: read.value.revision.revision });
}

/** Name of an entity; its error has no key (schemas R32, R43). */
export const entityNameField: Field<string> = convertedField(textField(), (name) =>
  isEntityName(name) ? ok(name) : refuse(makeError('badValueName')),
);

/** A summary of at most 200 characters, which may be empty but not null (schemas R43). */
export const summaryField: Field<string> = convertedField(textField({ notNull: true }), (summary, key) =>
  characterCount(summary) > summaryLimit ? refuse(makeError('badValueTextTooLarge', { key, limit: summaryLimit })) : ok(summary),
);

/** `originalAtmWorkflowSchemaId` may be null in a dump, since the entity's may be (schemas §5.1). */
const originalIdField: Field<string | null> = (value, key, service) =>
  value === null ? ok(null) : textField({ notEmpty: true })(value, key, service);

/** A complete workflow schema dump (schemas §8.2), as it may be posted after adding the inventory (schemas R30). */
export function decodeWorkflowDump(json: unknown): Result<WorkflowDump> {
  const revision = convertedField(objectField(), (value) => decodeWorkflowRevisionDump(value));
  const read = sanitise('onezone', json, {
    required: { name: entityNameField, revision },
    optional: { originalAtmWorkflowSchemaId: originalIdField, schemaFormatVersion: formatVersionField, summary: summaryField },
  });
  if (!read.ok) return read;
  const { name, summary = defaultSummary, originalAtmWorkflowSchemaId = null } = read.value;
  return ok({
    ...read.value.revision,
    name,
    summary,
    originalAtmWorkflowSchemaId,
    revisionNumber: read.value.revision.revisionNumber ?? 1,
  });
}

/**
 * The supplementary lambda revision under an id and a number; null when there is none (schemas R29, R55). An entry
 * that cannot be decoded is `badData` with the cause nested.
 */
export function supplementaryLambda(supplementary: JsonObject, lambdaId: string, revisionNumber: number): Result<LambdaRevision | null> {
  const revisions = ownValue(supplementary, lambdaId);
  const entry = isJsonObject(revisions) ? ownValue(revisions, String(revisionNumber)) : undefined;
  if (entry === undefined) return ok(null);
  const envelope = isJsonObject(entry) ? ownValue(entry, 'revision') : undefined;
  if (!isJsonObject(envelope)) return refuse(supplementaryError(lambdaId, makeError('badData', { key: 'atmLambdaRevision' })));
  const encoding = isVersion(ownValue(envelope, 'schemaFormatVersion'), 3) ? 'persisted' : 'plain';
  const decoded = decodeLambdaRevision(ownValue(envelope, 'atmLambdaRevision'), encoding);
  return decoded.ok ? decoded : refuse(supplementaryError(lambdaId, decoded.error));
}

/** The error of a supplementary lambda revision around its cause (schemas R55, R58). */
export function supplementaryError(lambdaId: string, specificError: ErrorObject): ErrorObject {
  return makeError('badData', { key: `supplementaryAtmLambdas[${lambdaId}].revision.atmLambdaRevision`, specificError });
}

/** The inner revision object of a lambda dump. */
export function lambdaRevisionDump(revisionNumber: number, revision: LambdaRevision): JsonObject {
  return {
    schemaFormatVersion: currentFormat,
    originalRevisionNumber: revisionNumber,
    atmLambdaRevision: persistedLambdaRevision(revision),
  };
}

export function lambdaDump(atmLambdaId: string, revisionNumber: number, revision: LambdaRevision): JsonObject {
  return { schemaFormatVersion: currentFormat, originalAtmLambdaId: atmLambdaId, revision: lambdaRevisionDump(revisionNumber, revision) };
}

/** `lambdas` are exactly the revisions that the tasks refer to: lambda id → revision number → revision. */
export function workflowRevisionDump(
  revisionNumber: number,
  revision: WorkflowSchemaRevision,
  lambdas: Readonly<Record<string, Readonly<Record<string, LambdaRevision>>>>,
): JsonObject {
  const supplementary = Object.entries(lambdas).map(([id, revisions]) => {
    const dumps = Object.entries(revisions).map(([number, lambda]) => [number, lambdaDump(id, Number(number), lambda)] as const);
    return [id, Object.fromEntries(dumps)] as const;
  });
  return {
    schemaFormatVersion: currentFormat,
    originalRevisionNumber: revisionNumber,
    atmWorkflowSchemaRevision: persistedWorkflowSchemaRevision(revision),
    supplementaryAtmLambdas: Object.fromEntries(supplementary),
  };
}

/** A complete dump around the result of `workflowRevisionDump`. */
export function workflowDump(
  schema: { readonly id: string; readonly name: string; readonly summary: string },
  revision: JsonObject,
): JsonObject {
  return {
    schemaFormatVersion: currentFormat,
    originalAtmWorkflowSchemaId: schema.id,
    name: schema.name,
    summary: schema.summary,
    revision,
  };
}
