/** References to the world outside of values: files, datasets and groups (data-and-stores R5–R7). */
import { constraintError, typeError, type DataSpec, type ErrorObject, type ReferenceCheck } from '@laneway/model';
import { isFileId } from '../files/file-id.ts';
import type { FileFact, Facts } from './facts.ts';

type FileSpec = Extract<DataSpec, { type: 'file' }>;

/** The check of references against gathered facts; without facts only the form of ids is looked at. */
export function referenceCheck(facts: Facts | null): ReferenceCheck {
  return (spec, value) => {
    switch (spec.type) {
      case 'file':
        return fileProblem(spec, value, facts);
      case 'dataset':
        return facts === null ? null : datasetProblem(value, facts);
      case 'group':
        return facts === null ? null : groupProblem(value, facts);
    }
  };
}

/** The file id of a reference, or null for anything else. */
export function fileIdIn(value: unknown): string | null {
  return idIn(value, 'fileId');
}

/** The id under the key of a reference, or null for anything else. */
export function idIn(value: unknown, key: 'fileId' | 'datasetId' | 'groupId'): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) return null;
  const id = (value as Readonly<Record<string, unknown>>)[key];
  return typeof id === 'string' ? id : null;
}

/** The checks in the order of R5. */
function fileProblem(spec: FileSpec, value: unknown, facts: Facts | null): ErrorObject | null {
  const fileId = fileIdIn(value);
  if (fileId === null || !isFileId(fileId)) return typeError(value, 'file');
  if (facts === null) return null;
  const fact = facts.files.get(fileId);
  if (fact === undefined) return constraintError(value, 'file', { hasAccess: true });
  if (fact.ref.spaceId !== facts.spaceId) return constraintError(value, 'file', { inSpace: facts.spaceId });
  return accessProblem(value, fact) ?? typeProblem(spec, value, fact);
}

/** What means "not there or not for us"; ENOTDIR and ELOOP: a directory on the way became something else. */
const noAccess: readonly unknown[] = ['enoent', 'eacces', 'eperm', 'enotdir', 'eloop'];

function accessProblem(value: unknown, fact: FileFact): ErrorObject | null {
  if (fact.attributes.ok) return null;
  const { error } = fact.attributes;
  return noAccess.includes(error.details?.['errno']) ? constraintError(value, 'file', { hasAccess: true }) : error;
}

function typeProblem(spec: FileSpec, value: unknown, fact: FileFact): ErrorObject | null {
  if (spec.fileType === 'ANY' || !fact.attributes.ok || fact.attributes.value['type'] === spec.fileType) return null;
  return constraintError(value, 'file', { fileType: spec.fileType });
}

/** Detached datasets, and those whose file is gone, are as good as others (R6). */
function datasetProblem(value: unknown, facts: Facts): ErrorObject | null {
  const fact = facts.datasets.get(idIn(value, 'datasetId') ?? '');
  if (fact === undefined) return constraintError(value, 'dataset', { hasAccess: true });
  return fact.spaceId === facts.spaceId ? null : constraintError(value, 'dataset', { inSpace: facts.spaceId });
}

function groupProblem(value: unknown, facts: Facts): ErrorObject | null {
  return facts.groups.has(idIn(value, 'groupId') ?? '') ? null : constraintError(value, 'group', { hasAccess: true });
}
