import type { Verb } from '../sql.ts';
import { advanceBulkJob, createBulkJob, endBulkJob, expireBulkJobs, findBulkJob } from './bulk-jobs.ts';
import { nextBulkMembers } from './bulk-members.ts';
import { listBulkResults, recordBulkResult } from './bulk-results.ts';
import { expirePause } from './pause-expiry.ts';
import { expireRequestKeys, findRequestKey } from './request-keys.ts';
import { executionSummaries } from './summaries.ts';
import { beginUpload, extendUpload, finishUpload, holdUpload, keepUpload, readUploadPieces, removeUpload } from './uploads.ts';

/** Verbs of what goes beyond the contract: summaries, bulk operations, repeated requests, deadlines, uploads. */
export const extensionVerbs = [
  advanceBulkJob,
  beginUpload,
  createBulkJob,
  endBulkJob,
  executionSummaries,
  expireBulkJobs,
  expirePause,
  expireRequestKeys,
  extendUpload,
  findBulkJob,
  findRequestKey,
  finishUpload,
  holdUpload,
  keepUpload,
  listBulkResults,
  nextBulkMembers,
  readUploadPieces,
  recordBulkResult,
  removeUpload,
] as unknown as readonly Verb<never, unknown>[];
