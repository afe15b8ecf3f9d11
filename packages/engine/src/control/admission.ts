/**
 * The limit of executions that run at once in a space. A driver asks before it begins with a waiting execution, also
 * with one that was resumed or repeated (peers P25); an execution that stops makes room, and whoever waits here for
 * it looks again at once (P6). Executions driven by other nodes look again by themselves within a second.
 */
import type { Execution } from '@laneway/model';
import { admissionQueue, admitExecution, type Queue } from '../persistence/sql/admission.ts';
import type { Database } from '../persistence/sql.ts';
import type { Hub } from './hub.ts';

export class Admission {
  readonly #database: Database;
  readonly #hub: Hub;
  readonly #limit: number | null;
  readonly #waiting = new Set<string>();

  /** `limit` null = as many as are scheduled. */
  constructor(parts: { readonly database: Database; readonly hub: Hub; readonly limit: number | null }) {
    this.#database = parts.database;
    this.#hub = parts.hub;
    this.#limit = parts.limit;
  }

  /** Whether the execution may begin now. */
  async admits(execution: Execution): Promise<boolean> {
    if (this.#limit === null) return true;
    const admitted = await this.#database.call(admitExecution, { execution, limit: this.#limit });
    if (admitted) this.#waiting.delete(execution.id);
    else this.#waiting.add(execution.id);
    return admitted;
  }

  /** What the execution waits for; null without a limit. */
  async queueOf(execution: Execution): Promise<(Queue & { readonly limit: number }) | null> {
    const limit = this.#limit;
    return limit === null ? null : { limit, ...(await this.#database.call(admissionQueue, { execution, limit })) };
  }

  /** An execution does not run any more. */
  released(executionId: string): void {
    this.#waiting.delete(executionId);
    for (const waiting of this.#waiting) this.#hub.notify(waiting);
  }
}
