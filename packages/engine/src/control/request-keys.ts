/**
 * Requests that name themselves (`Idempotency-Key`): the key is written in the transaction of the effect, so a repetition
 * – at the same time, after a lost answer, after a restart – finds it and gets the same answer (I10).
 */
import { makeError, ok, refuse, type Result } from '@laneway/model';
import type { NamedRequest, RequestKey } from '../extensions-api.ts';
import { findRequestKey, type KeyMark } from '../persistence/sql/request-keys.ts';
import type { Database } from '../persistence/sql.ts';

/** The header that carries the key; errors name it. */
export const requestKeyHeader = 'Idempotency-Key';

interface Sender {
  readonly userId: string;
  readonly requestKey?: RequestKey;
}

type Answer = Result<{ readonly executionId: string }>;

export class RequestKeys {
  readonly #database: Database;
  readonly #retentionMs: number;

  constructor(database: Database, retentionMs: number) {
    this.#database = database;
    this.#retentionMs = retentionMs;
  }

  /** The mark of an effect on the execution; null when the request has no key. */
  mark(request: Sender & Pick<NamedRequest, 'operation' | 'executionId'>, executionId: string): KeyMark | null {
    const { userId, requestKey, operation } = request;
    if (requestKey === undefined) return null;
    return { kind: 'key', userId, operation, scope: request.executionId ?? '', ...requestKey, executionId, retentionMs: this.#retentionMs };
  }

  /** What an earlier request of this name was answered with; null = there was none. A key of another request is refused. */
  async answered(request: NamedRequest): Promise<Result<{ readonly executionId: string } | null>> {
    const { userId, operation, executionId, key, fingerprint } = request;
    const known = await this.#database.call(findRequestKey, { userId, operation, scope: executionId ?? '', key });
    if (known === null) return ok(null);
    if (known.fingerprint !== fingerprint) return refuse(makeError('badValueIdentifierOccupied', { key: requestKeyHeader }));
    // It was deleted since: another one must not come into being for it.
    return known.executionId === '' ? refuse(makeError('notFound')) : ok({ executionId: known.executionId });
  }

  /** The answer to a request whose key was found taken. */
  async answer({ userId, requestKey }: Sender, operation: NamedRequest['operation'], executionId: string | null): Promise<Answer> {
    const known = requestKey === undefined ? null : await this.answered({ userId, operation, executionId, ...requestKey });
    if (known === null || (known.ok && known.value === null)) return refuse(makeError('temporaryFailure'));
    return known.ok && known.value !== null ? ok(known.value) : (known as Answer);
  }
}
