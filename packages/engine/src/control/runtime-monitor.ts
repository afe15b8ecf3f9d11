/**
 * Watches what lambdas run on (execution §15.2). After several bad looks in a row – or at once when the first look after
 * a start is bad – every execution that waits or goes on is interrupted, once per outage; people resume them when it is
 * over. Scheduling asks for the last answer without waiting.
 *
 * healthy → (bad looks, within the grace) → reported → healthy. Only a good look leaves `reported`.
 */
import type { ErrorObject } from '@laneway/model';
import type { LambdaRuntime } from '../lambdas/runtime.ts';
import type { Logger } from '../logger.ts';
import { liveExecutions } from '../persistence/sql/executions.ts';
import type { Database } from '../persistence/sql.ts';
import type { Controller } from './controller.ts';

const pageSize = 500;

export interface MonitorParts {
  readonly database: Database;
  readonly controller: Controller;
  readonly runtime: LambdaRuntime;
  /** Bad looks that are tolerated after the first one. */
  readonly graceAttempts: number;
  readonly log: Logger;
}

export class RuntimeMonitor {
  readonly #parts: MonitorParts;
  #error: ErrorObject | null = null;
  #looks = 0;
  #badLooks = 0;
  #isReported = false;

  constructor(parts: MonitorParts) {
    this.#parts = parts;
  }

  /** What the last look found wrong; null while nothing is known to be. */
  get error(): ErrorObject | null {
    return this.#error;
  }

  /** One look. */
  async tick(): Promise<void> {
    const { runtime, graceAttempts, log } = this.#parts;
    if (runtime.health === undefined) return;
    this.#error = await runtime.health();
    this.#looks += 1;
    if (this.#error === null) {
      this.#badLooks = 0;
      this.#isReported = false;
      return;
    }
    this.#badLooks += 1;
    log.warn({ event: 'runtimeUnhealthy', looks: this.#badLooks, error: this.#error.id }, 'lambdas cannot run at the moment');
    if (this.#isReported || (this.#looks > 1 && this.#badLooks <= graceAttempts)) return;
    await this.#interruptAll(this.#error);
    this.#isReported = true;
  }

  async #interruptAll(error: ErrorObject): Promise<void> {
    const { database, controller } = this.#parts;
    const description = 'What the lambdas run on is not available.';
    let after = '';
    for (;;) {
      const ids = await database.call(liveExecutions, { after, limit: pageSize });
      for (const executionId of ids) await controller.apply(executionId, { kind: 'interrupted', error, description });
      const last = ids.at(-1);
      if (last === undefined) return;
      after = last;
    }
  }
}
