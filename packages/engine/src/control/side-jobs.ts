/**
 * Side jobs of durable timers: callback notifications (execution §15.6), retried with growing pauses and never lost
 * by a restart (D5), what unfinished creations left behind, and the handlers that others bring along.
 */
import type { Logger } from '../logger.ts';
import { abandonedCreationKind, purgeCreation } from '../persistence/sql/creations.ts';
import { finishTimer, postponeTimer, takeDueTimers, type TakenTimer, type Timer } from '../persistence/sql/timers.ts';
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
const maxWakeMs = 60_000;

/** Handlers by the kind of their timers; each one ends its timer or lets it come up again. */
export type TimerHandlers = Readonly<Record<string, (timer: TakenTimer) => Promise<void>>>;

export class SideJobs {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #handlers: TimerHandlers;
  readonly #running = new Set<Promise<void>>();
  readonly #wakes = new Set<NodeJS.Timeout>();
  #ended = false;

  constructor(database: Database, log: Logger, handlers: TimerHandlers = {}) {
    this.#database = database;
    this.#log = log;
    this.#handlers = handlers;
  }

  /** Takes what is due; the jobs run on by themselves and come up again if this node dies. */
  async tick(): Promise<void> {
    for (const timer of await this.#database.call(takeDueTimers, { limit: 100, holdMs })) {
      const job = this.#run(timer).catch((error: unknown) =>
        this.#log.warn({ event: 'sideJobFailed', kind: timer.kind, error }, 'a side job failed'),
      );
      this.#running.add(job);
      void job.finally(() => this.#running.delete(job));
    }
  }

  /** Looks once more after `delayMs`, beside the regular looks; what is due much later needs no look of its own. */
  wakeIn(delayMs: number): void {
    if (this.#ended || delayMs > maxWakeMs) return;
    const wake = setTimeout(() => {
      this.#wakes.delete(wake);
      this.tick().catch((error: unknown) => this.#log.warn({ event: 'timersNotTaken', error }, 'due timers wait for the next look'));
    }, delayMs);
    this.#wakes.add(wake);
  }

  async settled(): Promise<void> {
    this.#ended = true;
    for (const wake of this.#wakes) clearTimeout(wake);
    await Promise.all(this.#running);
  }

  async #run(timer: TakenTimer): Promise<void> {
    const handler = Object.hasOwn(this.#handlers, timer.kind) ? this.#handlers[timer.kind] : undefined;
    if (handler !== undefined) return await handler(timer);
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
}
