/**
 * Callback notifications (execution §15.6): a POST for every time an execution comes to rest. One that is not taken is
 * repeated with pauses that double, from a random first one, so that many of one moment do not come back together. They are
 * durable timers: a restart loses none (D5).
 */
import { CallbackNetworks } from './callback-networks.ts';
import { postCallback, type PostCallback } from './callback-request.ts';
import type { Logger } from '../logger.ts';
import { finishTimer, postponeTimer, type TakenTimer } from '../persistence/sql/timers.ts';
import type { Database } from '../persistence/sql.ts';

export const callbackKind = 'callback';

export interface CallbackPolicy {
  /** After the first attempt. */
  readonly maxRetries: number;
  /** The first pause is random, at most this. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** `all`, or networks (CIDR) that are allowed besides the public internet. */
  readonly networks: 'all' | readonly string[];
}

interface CallbackBody {
  readonly url: string;
  readonly status: string;
  readonly attempt: number;
  /** The pause before this attempt; absent before the first one. */
  readonly pauseMs?: number;
}

const requestTimeoutMs = 20_000;

export class Callbacks {
  readonly #database: Database;
  readonly #policy: CallbackPolicy;
  readonly #networks: CallbackNetworks;
  readonly #post: PostCallback;
  readonly #log: Logger;

  constructor(parts: {
    readonly database: Database;
    readonly policy: CallbackPolicy;
    readonly post?: PostCallback | undefined;
    readonly log: Logger;
  }) {
    this.#post = parts.post ?? postCallback;
    this.#networks = new CallbackNetworks(parts.policy.networks);
    this.#database = parts.database;
    this.#policy = parts.policy;
    this.#log = parts.log;
  }

  /** Why a URL cannot be a callback here; null when it may be one. */
  problemOf(url: string): string | null {
    return this.#networks.problemOf(url);
  }

  async run(timer: TakenTimer): Promise<void> {
    const { firstDelayMs, maxDelayMs, maxRetries } = this.#policy;
    const body = JSON.parse(timer.body) as CallbackBody;
    const outcome = await this.#post(body.url, JSON.stringify({ atmWorkflowExecutionId: timer.executionId, status: body.status }), {
      networks: this.#networks,
      timeoutMs: requestTimeoutMs,
    });
    if (outcome.kind !== 'failed' || body.attempt >= maxRetries) {
      if (outcome.kind !== 'taken') {
        const { reason } = outcome;
        this.#log.error({ event: 'callbackGivenUp', executionId: timer.executionId, reason }, 'a callback was given up');
      }
      await this.#database.call(finishTimer, { id: timer.id });
      return;
    }
    const pauseMs = Math.min(maxDelayMs, body.pauseMs === undefined ? Math.ceil(Math.random() * firstDelayMs) : 2 * body.pauseMs);
    const next: CallbackBody = { ...body, attempt: body.attempt + 1, pauseMs };
    await this.#database.call(postponeTimer, { id: timer.id, delayMs: pauseMs, body: JSON.stringify(next) });
  }
}
