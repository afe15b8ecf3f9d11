/**
 * Access tokens of jobs: each reaches the files of its job's space, for as long as the job runs (lambdas §1.3).
 * They live in the memory of the node that runs the job, whose listener is the only one told to the lambda.
 */
import { randomBytes } from 'node:crypto';
import type { OpenJob } from '@laneway/engine';
import { makeError, ok, refuse, type Result } from '@laneway/model';
import type { JobGrant, JobTokenVerifier } from '../auth/identity.ts';

const prefix = 'job0';

export class JobTokens implements JobTokenVerifier {
  readonly #grants = new Map<string, JobGrant>();
  readonly #tokens = new Map<string, string>();

  issue(job: OpenJob): string {
    const token = prefix + randomBytes(32).toString('hex');
    this.#grants.set(token, { userId: job.userId, spaceId: job.spaceId, executionId: job.executionId, readonly: job.readonly });
    this.#tokens.set(keyOf(job), token);
    return token;
  }

  revoke(job: Pick<OpenJob, 'executionId' | 'jobId'>): void {
    const key = keyOf(job);
    const token = this.#tokens.get(key);
    this.#tokens.delete(key);
    if (token !== undefined) this.#grants.delete(token);
  }

  async verify(token: string): Promise<Result<JobGrant> | null> {
    if (!token.startsWith(prefix) || token.length !== prefix.length + 64) return null;
    const grant = this.#grants.get(token);
    return await Promise.resolve(grant === undefined ? refuse(makeError('tokenInvalid')) : ok(grant));
  }
}

function keyOf(job: Pick<OpenJob, 'executionId' | 'jobId'>): string {
  return `${job.executionId}:${job.jobId}`;
}
