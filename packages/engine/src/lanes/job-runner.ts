/**
 * Running one job: items in, arguments built, lambda called, answer mapped to writes (execution §9, D1). The
 * outcome is everything that the job's commit records; nothing is written here.
 */
import { makeError, severities, type ErrorObject, type Execution, type LaneRun, type LaneSchema, type TaskState } from '@laneway/model';
import type { EngineConfig } from '../config.ts';
import type { Controller } from '../control/controller.ts';
import type { Plan } from '../control/plan.ts';
import type { Files } from '../files/files.ts';
import type { JobOutcome, LambdaHandle, SpaceMount } from '../lambdas/runtime.ts';
import type { Logger } from '../logger.ts';
import { buildArguments, type BatchArguments } from '../mapping/build-arguments.ts';
import type { CompiledTask } from '../mapping/compile-task.ts';
import { mapBatchResults, mapStreamedResults } from '../mapping/map-results.ts';
import { readResponse, type ItemAnswer } from '../mapping/read-response.ts';
import type { ArgumentContext, ResultContext, Targets } from '../mapping/targets.ts';
import type { FailedItem } from '../persistence/sql/commits.ts';
import { readStoreContent } from '../persistence/sql/stores.ts';
import type { Database } from '../persistence/sql.ts';
import { jobText } from '../stores/lineage-text.ts';
import { withOrigin, type StoreWrite } from '../stores/writes.ts';
import { boundedJson } from '../values/bounded-json.ts';
import { compileType } from '../values/compile-type.ts';
import { iteratedItemSpec } from '../values/items.ts';
import type { ValueType } from '../values/value-type.ts';
import type { Item } from './item-reader.ts';
import { batchFailureEntry, itemExceptionEntry, itemFailureEntry, outputEntry, TaskLog } from './job-log.ts';
import { JobStop } from './job-stop.ts';
import type { HandOver, Job, JobResult } from './worker-parts.ts';
import { resultTargets } from './result-targets.ts';
import { thresholdBreach } from './threshold.ts';

/** A job as its surroundings see it. */
export interface OpenJob {
  /** Unique in its execution. */
  readonly jobId: string;
  readonly executionId: string;
  readonly userId: string;
  readonly spaceId: string;
  readonly timeoutMs: number;
  /** The lambda may only read data. */
  readonly readonly: boolean;
  /** The lambda may use the network, so that it can reach the server. */
  readonly network: boolean;
}

/** What lambdas learn of their surroundings. */
export interface JobEnvironment {
  /** Values of `ctx` that depend on the server: domains, an access token confined to the job (lambdas §1.3). */
  open(job: OpenJob): Promise<Readonly<Record<string, unknown>>>;
  /** The job ended: its token is void. */
  close(job: Pick<OpenJob, 'executionId' | 'jobId'>): void;
}

export interface JobRunnerParts {
  readonly database: Database;
  readonly controller: Controller;
  readonly files: Files;
  readonly config: EngineConfig;
  readonly environment: JobEnvironment;
  readonly log: Logger;
}

export interface RunnerSetup {
  readonly execution: Execution;
  readonly laneRun: LaneRun;
  readonly lane: LaneSchema;
  readonly task: TaskState;
  readonly boxIndex: number;
  readonly compiled: CompiledTask;
  readonly handle: LambdaHandle;
  readonly plan: Plan;
  readonly space: SpaceMount;
}

export type RunJob = (job: Job, signal: AbortSignal, handOver: HandOver) => Promise<JobResult>;

const maxReasonBytes = 1024;

export class JobRunner {
  readonly #parts: JobRunnerParts;

  constructor(parts: JobRunnerParts) {
    this.#parts = parts;
  }

  /** The function that runs jobs of one task. */
  runnerFor(setup: RunnerSetup): RunJob {
    const run = new TaskJobs(this.#parts, setup);
    return async (job, signal, handOver) => await run.run(job, signal, handOver);
  }
}

class TaskJobs {
  readonly #parts: JobRunnerParts;
  readonly #setup: RunnerSetup;
  readonly #targets: Targets;
  readonly #arguments: ArgumentContext;
  readonly #results: ResultContext;
  readonly #itemType: ValueType;

  constructor(parts: JobRunnerParts, setup: RunnerSetup) {
    this.#parts = parts;
    this.#setup = setup;
    const { execution, plan, lane } = setup;
    this.#targets = resultTargets(setup);
    const values = { spaceId: execution.spaceId, userId: execution.sessionUserId, files: parts.files };
    this.#arguments = {
      ...values,
      targets: this.#targets,
      readSingleValue: async (storeId) => await parts.database.call(readStoreContent, { storeId }),
    };
    this.#results = { ...values, logLevel: execution.logLevel, maxItemBytes: parts.config.maxItemBytes };
    const store = plan.revision.stores.find((candidate) => candidate.id === lane.storeIteratorSpec.storeSchemaId);
    this.#itemType = compileType((store === undefined ? null : iteratedItemSpec(store)) ?? { type: 'object' });
  }

  async run(job: Job, signal: AbortSignal, handOver: HandOver): Promise<JobResult> {
    const log = new TaskLog(this.#setup.task.systemAuditLogId, this.#setup.execution.logLevel);
    const items = job.items.map((item) => ({ traceId: item.traceId, value: this.#itemType.fromStored(JSON.parse(item.text)) }));
    const built = await buildArguments(this.#setup.compiled, items, this.#arguments);
    if (signal.aborted) return { kind: 'withdrawn', stage: null };
    if (built.kind === 'failed') return this.#batchFailed(job, built.error, log);
    const sent = job.items.filter((_, index) => built.items[index]?.ok === true);
    const failed: FailedItem[] = [];
    for (const [index, outcome] of built.items.entries()) {
      const item = job.items[index];
      if (outcome.ok || item === undefined) continue;
      failed.push(failedItem(item));
      log.add(itemFailureEntry(item.traceId, outcome.error));
    }
    if (sent.length === 0) return this.#recorded({ succeededCount: 0, failed, writes: [], log });
    return await this.#call({ job, built, sent, failed, log, signal, handOver });
  }

  async #call(call: {
    readonly job: Job;
    readonly built: Extract<BatchArguments, { kind: 'built' }>;
    readonly sent: readonly Item[];
    readonly failed: FailedItem[];
    readonly log: TaskLog;
    readonly signal: AbortSignal;
    readonly handOver: HandOver;
  }): Promise<JobResult> {
    const { job, built, log } = call;
    const { execution, compiled, handle } = this.#setup;
    const { config, environment } = this.#parts;
    const jobId = `${job.batchNumber}_${job.task.boxIndex + 1}_${job.task.taskIndex + 1}_${this.#setup.laneRun.id.slice(0, 16)}`;
    const lambda = this.#setup.plan.lambdas.get(this.#lambdaKey());
    const readonly = lambda?.operationSpec.engine === 'openfaas' && lambda.operationSpec.dockerExecutionOptions.readonly;
    const surroundings = await environment.open({
      jobId,
      executionId: execution.id,
      userId: execution.sessionUserId,
      spaceId: execution.spaceId,
      timeoutMs: config.jobTimeoutMs,
      readonly,
      network: handle.network ?? false,
    });
    const stop = new JobStop(call.signal, config.jobTimeoutMs);
    let output = '';
    let outcome: JobOutcome;
    try {
      if (!(await call.handOver())) return { kind: 'withdrawn', stage: null };
      const ctx = {
        userId: execution.sessionUserId,
        spaceId: execution.spaceId,
        atmWorkflowExecutionId: execution.id,
        logLevel: severities[execution.logLevel] ?? 'info',
        timeoutSeconds: Math.ceil(config.jobTimeoutMs / 1000),
        ...surroundings,
        config: built.config,
      };
      const argsBatch = built.items.flatMap((item) => (item.ok ? [item.args] : []));
      outcome = await handle.run(
        { jobId, request: { ctx, argsBatch }, fileLinks: built.fileLinks },
        {
          signal: stop.signal,
          graceMs: config.cancelGraceMs,
          onHeartbeat: () => stop.heartbeat(),
          onOutput: (text) => {
            if (output.length < 4 * maxReasonBytes) output += text;
          },
        },
      );
    } finally {
      stop.close();
      environment.close({ executionId: execution.id, jobId });
    }
    if (output.trim() !== '') log.add(outputEntry(trimmed(output)));
    return await this.#outcome({ ...call, compiled, outcome, timedOut: stop.timedOut });
  }

  async #outcome(call: {
    readonly job: Job;
    readonly sent: readonly Item[];
    readonly failed: FailedItem[];
    readonly log: TaskLog;
    readonly signal: AbortSignal;
    readonly compiled: CompiledTask;
    readonly outcome: JobOutcome;
    readonly timedOut: boolean;
  }): Promise<JobResult> {
    const { job, sent, failed, log, outcome } = call;
    switch (outcome.kind) {
      case 'withdrawn':
        // A lambda that was stopped because it was silent too long failed its batch (execution §8.5).
        if (call.timedOut) return this.#itemsFailed(sent, failed, makeError('timeout'), log);
        if (call.signal.aborted) return { kind: 'withdrawn', stage: outcome.stage };
        return this.#itemsFailed(sent, failed, makeError('atmJobBatchWithdrawn', { reason: outcome.stage }), log);
      case 'crashed': {
        const result = this.#itemsFailed(sent, failed, makeError('atmJobBatchCrashed', { reason: trimmed(outcome.reason) }), log);
        return await this.#withStreams(job, result, outcome.streamed, undefined);
      }
      case 'answered': {
        const answer = readResponse(outcome.response, sent.length);
        if (answer.kind === 'malformed') {
          const result = this.#itemsFailed(sent, failed, answer.error, log);
          return await this.#withStreams(job, result, outcome.streamed, outcome.streamError);
        }
        if (answer.kind === 'exception') {
          log.add(
            batchFailureEntry(
              sent.map((item) => item.traceId),
              boundedReason(answer.reason),
            ),
          );
          return await this.#withStreams(
            job,
            this.#recorded({ succeededCount: 0, failed: [...failed, ...sent.map(failedItem)], writes: [], log }),
            outcome.streamed,
            outcome.streamError,
          );
        }
        const recorded = await this.#itemsAnswered({ job, sent, failed, answers: answer.items, log });
        return await this.#withStreams(job, recorded, outcome.streamed, outcome.streamError);
      }
    }
  }

  async #itemsAnswered(call: {
    readonly job: Job;
    readonly sent: readonly Item[];
    readonly failed: FailedItem[];
    readonly answers: readonly ItemAnswer[];
    readonly log: TaskLog;
  }): Promise<Recorded> {
    const { sent, failed, answers, log } = call;
    const job = this.#jobText(call.job);
    const mapped = await mapBatchResults(this.#setup.compiled, answers, this.#targets, this.#results);
    const writes: StoreWrite[] = [];
    let succeededCount = 0;
    for (const [index, item] of sent.entries()) {
      const outcome = mapped[index];
      if (outcome === undefined) continue;
      for (const write of withOrigin(outcome.writes, { job, item: item.index })) writes.push(write);
      if (outcome.kind === 'succeeded') {
        succeededCount += 1;
        continue;
      }
      failed.push(failedItem(item));
      log.add(
        outcome.kind === 'exception'
          ? itemExceptionEntry(item.traceId, boundedReason(outcome.reason))
          : itemFailureEntry(item.traceId, outcome.error),
      );
    }
    return this.#recorded({ succeededCount, failed, writes, log });
  }

  /** Streamed results are recorded with the job; one that does not fit breaks the task (execution §10.4). */
  async #withStreams(
    job: Job,
    result: Recorded,
    streamed: Parameters<typeof mapStreamedResults>[1],
    streamError: string | undefined,
  ): Promise<Recorded> {
    const mapped = await mapStreamedResults(this.#setup.compiled, streamed, this.#targets, this.#results);
    const error = mapped.error ?? (streamError === undefined ? null : makeError('badData', { key: 'streamedResult', hint: streamError }));
    const writes = [...result.writes, ...withOrigin(mapped.writes, { job: this.#jobText(job), item: null })];
    if (error === null) return { ...result, writes };
    // Before the commit: were it after, a node that dies in between would take the failure along.
    await this.#breakTask('streamedResult', error, 'A streamed result could not be processed.');
    return { ...result, writes };
  }

  #batchFailed(job: Job, error: ErrorObject, log: TaskLog): Recorded {
    return this.#itemsFailed(job.items, [], error, log);
  }

  #itemsFailed(items: readonly Item[], failed: readonly FailedItem[], error: ErrorObject, log: TaskLog): Recorded {
    // The bare reason of a crash, the error itself otherwise (execution §12.3).
    const reason = error.id === 'atmJobBatchCrashed' ? error.details?.['reason'] : error;
    log.add(
      batchFailureEntry(
        items.map((item) => item.traceId),
        reason,
      ),
    );
    return this.#recorded({ succeededCount: 0, failed: [...failed, ...items.map(failedItem)], writes: [], log });
  }

  #recorded(result: {
    readonly succeededCount: number;
    readonly failed: readonly FailedItem[];
    readonly writes: readonly StoreWrite[];
    readonly log: TaskLog;
  }): Recorded {
    const { succeededCount, failed, writes, log } = result;
    const recorded = { kind: 'recorded' as const, succeededCount, failed, writes: [...writes, ...log.writes()] };
    return failed.length === 0 ? recorded : { ...recorded, afterCommit: async () => await this.#checkThreshold() };
  }

  async #checkThreshold(): Promise<void> {
    const { laneRun, lane, task, boxIndex } = this.#setup;
    const breach = await thresholdBreach(this.#parts.database, {
      laneRunId: laneRun.id,
      taskId: task.id,
      boxIndex,
      threshold: lane.instantFailureExceptionThreshold,
    });
    if (breach !== null) await this.#breakTask('threshold', null, breach);
  }

  async #breakTask(cause: 'streamedResult' | 'threshold', error: ErrorObject | null, description: string): Promise<void> {
    const { execution, laneRun, task } = this.#setup;
    const event = {
      kind: 'taskBroken' as const,
      laneRunId: laneRun.id,
      taskId: task.id,
      cause,
      error: boundedJson(error) as ErrorObject | null,
      description,
    };
    // A job that was given up before a resume says nothing about what runs now.
    await this.#parts.controller.apply(execution.id, event, { incarnation: execution.incarnation });
  }

  #jobText(job: Job): string {
    return jobText(this.#setup.task.id, job.attempt);
  }

  #lambdaKey(): string {
    const schema = this.#setup.lane.parallelBoxes
      .flatMap((box) => box.tasks)
      .find((candidate) => candidate.id === this.#setup.task.schemaId);
    return `${schema?.lambdaId}:${schema?.lambdaRevisionNumber}`;
  }
}

type Recorded = Extract<JobResult, { kind: 'recorded' }>;

function failedItem(item: Item): FailedItem {
  return { position: item.position, traceId: item.traceId, value: item.text };
}

/** Texts of lambdas are cut to 1024 bytes and an ellipsis (execution §9.4). */
function trimmed(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= maxReasonBytes ? text : `${bytes.subarray(0, maxReasonBytes).toString()}...`;
}

/** A reason given by a lambda is any JSON; a large one is kept as the beginning of its text. */
function boundedReason(reason: unknown): unknown {
  if (typeof reason === 'string') return trimmed(reason);
  const text = JSON.stringify(reason) ?? 'null';
  return text.length <= maxReasonBytes ? reason : trimmed(text);
}
