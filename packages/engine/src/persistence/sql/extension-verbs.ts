import type { Verb } from '../sql.ts';
import { advanceBulkJob, createBulkJob, endBulkJob, expireBulkJobs, findBulkJob } from './bulk-jobs.ts';
import { nextBulkMembers } from './bulk-members.ts';
import { listBulkResults, recordBulkResult } from './bulk-results.ts';
import { expirePause } from './pause-expiry.ts';
import { expireRequestKeys, findRequestKey } from './request-keys.ts';
import { executionSummaries } from './summaries.ts';

/** Verbs of what goes beyond the contract: summaries, bulk operations, repeated requests, deadlines. */
export const extensionVerbs = [
  advanceBulkJob,
  createBulkJob,
  endBulkJob,
  executionSummaries,
  expireBulkJobs,
  expirePause,
  expireRequestKeys,
  findBulkJob,
  findRequestKey,
  listBulkResults,
  nextBulkMembers,
  recordBulkResult,
] as unknown as readonly Verb<never, unknown>[];
