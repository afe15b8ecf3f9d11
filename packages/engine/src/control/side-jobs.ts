/** Side jobs of durable timers: what unfinished creations and deleted spaces left behind, and the handlers that others bring along. */
import type { Logger } from '../logger.ts';
import { abandonedCreationKind, purgeCreation } from '../persistence/sql/creations.ts';
import { forgottenSpaceKind, purgeSpace } from '../persistence/sql/files.ts';
import { finishTimer, takeDueTimers, type TakenTimer, type Timer } from '../persistence/sql/timers.ts';
import type { Database } from '../persistence/sql.ts';

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
    if (timer.kind === abandonedCreationKind) return await this.#cleanUp(timer);
    if (timer.kind === forgottenSpaceKind) return await this.#forgetSpace(timer);
    this.#log.error({ event: 'unknownTimer', kind: timer.kind }, 'a timer of an unknown kind was dropped');
    await this.#database.call(finishTimer, { id: timer.id });
  }

  /** The writer of a creation died: its stores go piece by piece. */
  async #cleanUp(timer: Timer): Promise<void> {
    while (!(await this.#database.call(purgeCreation, { executionId: timer.executionId })));
  }

  /** Files of a space that was deleted go piece by piece; when it takes longer than the timer is held, two nodes may share it. */
  async #forgetSpace(timer: Timer): Promise<void> {
    while (!(await this.#database.call(purgeSpace, { spaceId: timer.body })));
    await this.#database.call(finishTimer, { id: timer.id });
  }
}
