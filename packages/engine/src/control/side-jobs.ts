/**
 * Side jobs of durable timers: callback notifications (execution §15.6), retried with growing pauses and never lost
 * by a restart (D5), and what unfinished creations and deleted executions left behind.
 */
import type { Logger } from '../logger.ts';
import { abandonedCreationKind, purgeCreation } from '../persistence/sql/creations.ts';
import { discardedExecutions, purgeExecution } from '../persistence/sql/deletion.ts';
import { finishTimer, postponeTimer, takeDueTimers, type Timer } from '../persistence/sql/timers.ts';
import type { Database } from '../persistence/sql.ts';

interface CallbackBody {
  readonly url: string;
  readonly status: string;
  readonly attempt: number;
}

const maxRetries = 30;
const maxDelayMs = 2 * 60 * 60 * 1000;
const firstDelayMs = 2000;
const requestTimeoutMs = 20_000;
const holdMs = 60_000;

export class SideJobs {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #running = new Set<Promise<void>>();

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
  }

  /** Takes what is due; the jobs run on by themselves and come up again if this node dies. */
  async tick(): Promise<void> {
    for (const timer of await this.#database.call(takeDueTimers, { limit: 20, holdMs })) {
      const job = this.#run(timer).catch((error: unknown) =>
        this.#log.warn({ event: 'sideJobFailed', kind: timer.kind, error }, 'a side job failed'),
      );
      this.#running.add(job);
      void job.finally(() => this.#running.delete(job));
    }
    await this.#purge();
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #run(timer: Timer): Promise<void> {
    switch (timer.kind) {
      case 'callback':
        return await this.#callback(timer);
      case abandonedCreationKind:
        return await this.#cleanUp(timer);
      default:
        this.#log.error({ event: 'unknownTimer', kind: timer.kind }, 'a timer of an unknown kind was dropped');
        await this.#database.call(finishTimer, { id: timer.id });
    }
  }

  /** The writer of a creation died: its stores go piece by piece. */
  async #cleanUp(timer: Timer): Promise<void> {
    while (!(await this.#database.call(purgeCreation, { executionId: timer.executionId })));
    await this.#database.call(finishTimer, { id: timer.id });
  }

  async #callback(timer: Timer): Promise<void> {
    const body = JSON.parse(timer.body) as CallbackBody;
    const failure = await this.#post(body, timer.executionId);
    if (failure === null || body.attempt >= maxRetries) {
      if (failure !== null)
        this.#log.error({ event: 'callbackGivenUp', executionId: timer.executionId, failure }, 'a callback was given up');
      await this.#database.call(finishTimer, { id: timer.id });
      return;
    }
    // The first pause is random, so that many callbacks of one moment do not come back together.
    const delayMs = Math.min(maxDelayMs, Math.ceil(Math.random() * firstDelayMs) * 2 ** body.attempt);
    await this.#database.call(postponeTimer, { id: timer.id, delayMs, body: JSON.stringify({ ...body, attempt: body.attempt + 1 }) });
  }

  async #post(body: CallbackBody, executionId: string): Promise<string | null> {
    try {
      const response = await fetch(body.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ atmWorkflowExecutionId: executionId, status: body.status }),
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      await response.body?.cancel();
      return response.ok ? null : `status ${response.status}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Discarded executions go piece by piece, so that no purge holds anything up. */
  async #purge(): Promise<void> {
    for (const executionId of await this.#database.call(discardedExecutions, { limit: 10 })) {
      for (let piece = 0; piece < 50; piece += 1) {
        if (await this.#database.call(purgeExecution, { executionId })) break;
      }
    }
  }
}
