/**
 * Bulk operations, page by page, as the durable timer that each of them has.
 *
 * Invariants: 1. An effect and its result are one transaction, so a member is handled once with effect, whoever goes on
 * after a crash. 2. Members are handled only while the timer is held; whoever finds it gone stops. 3. A node handles at most
 * `membersPerSecond` members, of all jobs together, so that bulk work starves nothing. 4. Each member is decided with what
 * its user may do at that moment; a user without any right in the space any more ends the job.
 */
import { makeError, reduce, type Command, type ErrorObject, type Execution } from '@laneway/model';
import type { BulkAccess, BulkJob } from '../extensions-api.ts';
import type { Logger } from '../logger.ts';
import { advanceBulkJob, endBulkJob } from '../persistence/sql/bulk-jobs.ts';
import { nextBulkMembers, type BulkMember, type BulkPage } from '../persistence/sql/bulk-members.ts';
import { recordBulkResult, type BulkMark } from '../persistence/sql/bulk-results.ts';
import { loadExecution } from '../persistence/sql/executions.ts';
import { finishTimer, holdTimer, releaseTimer, type TakenTimer } from '../persistence/sql/timers.ts';
import type { Database } from '../persistence/sql.ts';
import type { Controller } from './controller.ts';
import { discard } from './discarding.ts';
import { Pace } from './pace.ts';

export interface BulkRunnerOptions {
  readonly database: Database;
  readonly controller: Controller;
  readonly membersPerSecond: number;
  /** What the user may do to an execution that another user (or the same) scheduled in the space. */
  readonly access: (job: Pick<BulkJob, 'userId' | 'sessionToken'>, execution: Pick<Execution, 'spaceId' | 'userId'>) => Promise<BulkAccess>;
  readonly log: Logger;
}

const pageSize = 50;
/** How long after the death of a node another one goes on; a page takes a fraction of it. */
const holdMs = 10_000;
const pauseAfterFailureMs = 1000;

/** null = the effect is there, here or from an earlier attempt; or the job does not go on. */
type Handled =
  | { readonly kind: 'done' | 'refused'; readonly error: ErrorObject | null }
  | { readonly kind: 'marked' }
  | { readonly kind: 'revoked' };

/** The timer of the job, while this node holds it. */
interface Held {
  readonly id: string;
  heldUntil: number;
  /** When it was renewed last, by the monotonic clock. */
  since: number;
}

export class BulkRunner {
  readonly #options: BulkRunnerOptions;
  readonly #pace: Pace;
  readonly #leaving = new AbortController();

  constructor(options: BulkRunnerOptions) {
    this.#options = options;
    this.#pace = new Pace(options.membersPerSecond);
  }

  /** Gives jobs to other nodes, or to the next life of this one, after the member in hand. */
  leave(): void {
    this.#leaving.abort();
  }

  async run(timer: TakenTimer): Promise<void> {
    const { database, log } = this.#options;
    const { jobId } = JSON.parse(timer.body) as { readonly jobId: string };
    const held: Held = { id: timer.id, heldUntil: timer.heldUntil, since: Number.NEGATIVE_INFINITY };
    try {
      await this.#run(jobId, held);
    } catch (error) {
      log.warn({ event: 'bulkPageFailed', jobId, error }, 'a page of a bulk operation failed and is taken up again');
      await database.call(releaseTimer, { ...held, delayMs: pauseAfterFailureMs });
    }
  }

  async #run(jobId: string, held: Held): Promise<void> {
    const { database } = this.#options;
    for (;;) {
      if (this.#leaving.signal.aborted) {
        await database.call(releaseTimer, { ...held, delayMs: 0 });
        return;
      }
      if (!(await this.#holdOn(held))) return;
      const page = await database.call(nextBulkMembers, { jobId, limit: pageSize });
      const outcome = page === null ? 'ended' : await this.#handlePage(page, held);
      if (outcome === 'lost') return;
      if (outcome === 'ended') break;
    }
    await database.call(finishTimer, { id: held.id });
  }

  /** Renews the hold when it is not fresh; false when another node has the job. */
  async #holdOn(held: Held): Promise<boolean> {
    const now = performance.now();
    if (now - held.since < holdMs / 4) return true;
    const heldUntil = await this.#options.database.call(holdTimer, { ...held, holdMs });
    if (heldUntil === null) return false;
    held.heldUntil = heldUntil;
    held.since = now;
    return true;
  }

  /** Each turn handles a member at least, however slow the pace: a job that is taken over again and again gets on. */
  async #handlePage({ job, members, isLast }: BulkPage, held: Held): Promise<'goes on' | 'ended' | 'lost'> {
    const { database } = this.#options;
    let position: string | null = null;
    let isLost = false;
    for (const member of members) {
      isLost = !(await this.#holdOn(held));
      // A dry run costs a fraction of the real one.
      if (isLost || !(await this.#pace.next(this.#leaving.signal, job.dryRun ? 0.1 : 1))) break;
      if ((await this.#handle(job, member)) === 'revoked') {
        await database.call(endBulkJob, { jobId: job.id, state: 'stopped', error: makeError('forbidden') });
        return 'ended';
      }
      position = member.position;
    }
    if (isLast && (members.length === 0 || position === members.at(-1)?.position)) {
      await database.call(endBulkJob, { jobId: job.id, state: 'finished', error: null });
      return 'ended';
    }
    if (position !== null) await database.call(advanceBulkJob, { jobId: job.id, position });
    return isLost ? 'lost' : 'goes on';
  }

  /** A failure that can be recorded costs this member; one that cannot stops the page, which is taken up again. */
  async #handle(job: BulkJob, member: BulkMember): Promise<'handled' | 'revoked'> {
    const { database, log } = this.#options;
    const mark: BulkMark = { kind: 'bulk', jobId: job.id, ...member };
    try {
      const handled = await this.#decide(job, member, mark);
      if (handled.kind === 'revoked') return 'revoked';
      if (handled.kind !== 'marked') await database.call(recordBulkResult, { mark, outcome: handled.kind, error: handled.error });
    } catch (error) {
      log.warn({ event: 'bulkMemberFailed', jobId: job.id, executionId: member.executionId, error }, 'a member of a bulk operation failed');
      const reference = `bulk operation ${job.id}`;
      await database.call(recordBulkResult, { mark, outcome: 'failed', error: makeError('internalServerError', { reference }) });
    }
    return 'handled';
  }

  async #decide(job: BulkJob, { executionId }: BulkMember, mark: BulkMark): Promise<Handled> {
    const { database, access } = this.#options;
    const { execution, nowMs } = await database.call(loadExecution, { executionId });
    if (execution === null || execution.spaceId !== job.spaceId) return { kind: 'refused', error: makeError('notFound') };
    const may = await access(job, execution);
    if (may === 'revoked') return { kind: 'revoked' };
    if (may === 'forbidden') return { kind: 'refused', error: makeError('forbidden') };
    if (job.operation === 'delete') {
      const discarding = await discard(database, execution, { mark, dryRun: job.dryRun });
      if (discarding.kind === 'refused') return discarding;
      return discarding.kind === 'possible' ? { kind: 'done', error: null } : { kind: 'marked' };
    }
    const command = commandOf(job);
    if (job.dryRun) {
      const reduction = reduce(execution, command, { ms: nowMs });
      return reduction.kind === 'refused' ? { kind: 'refused', error: reduction.error } : { kind: 'done', error: null };
    }
    const applied = await this.#options.controller.applyOnce(executionId, command, { actor: job.userId, mark });
    switch (applied.kind) {
      case 'changed':
      case 'marked':
        return { kind: 'marked' };
      case 'unchanged':
        return { kind: 'done', error: null };
      case 'refused':
        return { kind: 'refused', error: applied.error };
      case 'missing':
      case 'fenced':
        return { kind: 'refused', error: makeError('notFound') };
    }
  }
}

function commandOf({ operation, userId, sessionToken, reason }: BulkJob): Command {
  switch (operation) {
    case 'cancel':
    case 'pause':
      return { kind: operation, actor: userId, note: reason };
    case 'resume':
      return { kind: 'resume', actor: userId, sessionToken };
    case 'delete':
      throw new Error('deleting is no command of the reducer');
  }
}
