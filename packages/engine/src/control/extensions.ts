/** ExecutionExtensions over the database. */
import { newId, type Result } from '@laneway/model';
import type {
  BulkJob,
  BulkRequest,
  BulkResult,
  ExecutionExtensions,
  NamedRequest,
  SummaryPage,
  SummaryRequest,
  UploadReceipt,
  UploadRequest,
} from '../extensions-api.ts';
import { createBulkJob, endBulkJob, findBulkJob } from '../persistence/sql/bulk-jobs.ts';
import { listBulkResults } from '../persistence/sql/bulk-results.ts';
import { executionSummaries } from '../persistence/sql/summaries.ts';
import type { Database } from '../persistence/sql.ts';
import { defaultMaxItemBytes } from '../mapping/item-size.ts';
import { RequestKeys } from './request-keys.ts';
import { Uploads } from './uploads.ts';

export class Extensions implements ExecutionExtensions {
  readonly #database: Database;
  readonly #requestKeys: RequestKeys;
  readonly #bulkStarted: () => void;
  readonly #uploads: Uploads;

  constructor(parts: {
    readonly database: Database;
    readonly requestKeys?: RequestKeys;
    readonly bulkStarted?: () => void;
    readonly uploads?: Uploads;
  }) {
    this.#database = parts.database;
    this.#requestKeys = parts.requestKeys ?? new RequestKeys(parts.database, 0);
    this.#bulkStarted = parts.bulkStarted ?? (() => undefined);
    this.#uploads =
      parts.uploads ??
      new Uploads({
        database: parts.database,
        maxItemBytes: defaultMaxItemBytes,
        retentionMs: 0,
        quota: { count: 0, bytes: 0 },
      });
  }

  async upload(request: UploadRequest): Promise<Result<UploadReceipt>> {
    return await this.#uploads.receive(request);
  }

  async removeUpload({ uploadId, userId, spaceId }: Parameters<ExecutionExtensions['removeUpload']>[0]): Promise<boolean> {
    return await this.#uploads.remove(uploadId, { userId, spaceId });
  }

  async summaries(request: SummaryRequest): Promise<SummaryPage> {
    return await this.#database.call(executionSummaries, request);
  }

  async answered(request: NamedRequest): Promise<Result<{ readonly executionId: string } | null>> {
    return await this.#requestKeys.answered(request);
  }

  async startBulk(request: BulkRequest): Promise<{ readonly jobId: string }> {
    const jobId = newId();
    await this.#database.call(createBulkJob, { id: jobId, ...request, sessionToken: request.sessionToken ?? null });
    this.#bulkStarted();
    return { jobId };
  }

  async bulkJob(jobId: string): Promise<BulkJob | null> {
    return await this.#database.call(findBulkJob, { jobId });
  }

  async bulkResults(jobId: string, after: string, limit: number): Promise<readonly BulkResult[]> {
    return await this.#database.call(listBulkResults, { jobId, after, limit });
  }

  async abortBulk(jobId: string): Promise<boolean> {
    return await this.#database.call(endBulkJob, { jobId, state: 'aborted', error: null });
  }
}
