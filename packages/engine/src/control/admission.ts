/**
 * The limit of executions that run at once in a space. A driver asks before it begins with a waiting execution, also
 * with one that was resumed or repeated (peers P25); an execution that stops makes room, and whoever waits here for
 * it looks again at once (P6). Executions driven by other nodes look again by themselves within a second.
 *
 * Of a long queue only the front looks every second and whenever something stops; otherwise a thousand that wait keep
 * the database busy enough to lose the lease (P5). Who is at the front here is known from the order in which they asked,
 * which is nearly the order of the queue: so the others look too, but only now and then.
 */
import type { Execution } from '@laneway/model';
import { admissionQueue, admitExecution, type Queue } from '../persistence/sql/admission.ts';
import type { Database } from '../persistence/sql.ts';
import type { Hub } from './hub.ts';

/** How far behind the limit an execution still counts as the front. */
const frontMargin = 16;
/** An execution that did not ask for this long is driven by somebody else. */
const forgottenMs = 30_000;

interface Waiting {
  readonly spaceId: string;
  /** By the monotonic clock. */
  askedAt: number;
}

export class Admission {
  readonly #database: Database;
  readonly #hub: Hub;
  readonly #limit: number | null;
  /** In the order in which they asked first. */
  readonly #waiting = new Map<string, Waiting>();

  /** `limit` null = as many as are scheduled. */
  constructor(parts: { readonly database: Database; readonly hub: Hub; readonly limit: number | null }) {
    this.#database = parts.database;
    this.#hub = parts.hub;
    this.#limit = parts.limit;
  }

  /** Whether the execution may begin now; `rear`: not yet, and it need not ask again before it is told or some time went by. */
  async admits(execution: Execution): Promise<'admitted' | 'front' | 'rear'> {
    if (this.#limit === null) return 'admitted';
    const { id, spaceId } = execution;
    const now = performance.now();
    const known = this.#waiting.get(id);
    if (known !== undefined) known.askedAt = now;
    const admitted = await this.#database.call(admitExecution, { execution, limit: this.#limit });
    if (admitted) {
      this.#waiting.delete(id);
      return 'admitted';
    }
    if (known === undefined) this.#waiting.set(id, { spaceId, askedAt: now });
    return this.#front(spaceId, now).includes(id) ? 'front' : 'rear';
  }

  /** Those of the space that may be the next ones. */
  #front(spaceId: string, now: number): readonly string[] {
    const front: string[] = [];
    for (const [executionId, waiting] of this.#waiting) {
      if (now - waiting.askedAt > forgottenMs) this.#waiting.delete(executionId);
      else if (waiting.spaceId === spaceId) front.push(executionId);
      if (front.length >= (this.#limit ?? 0) + frontMargin) break;
    }
    return front;
  }

  /** What the execution waits for; null without a limit. */
  async queueOf(execution: Execution): Promise<(Queue & { readonly limit: number }) | null> {
    const limit = this.#limit;
    return limit === null ? null : { limit, ...(await this.#database.call(admissionQueue, { execution, limit })) };
  }

  /** An execution does not run any more. */
  released(executionId: string): void {
    this.#waiting.delete(executionId);
    const now = performance.now();
    const spaceIds = new Set([...this.#waiting.values()].map((waiting) => waiting.spaceId));
    for (const spaceId of spaceIds) for (const waiting of this.#front(spaceId, now)) this.#hub.notify(waiting, 'here');
  }
}
