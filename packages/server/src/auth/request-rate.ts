/**
 * How many requests a token, a session or a password account may send (an extension; docs/configuration.md).
 *
 * 1. What counts is who was recognised, not the text that was sent: a token that its holder confines further is the same token, and
 *    nobody uses up the requests of somebody else by a text that looks like his token.
 * 2. All temporary tokens of a user are one: anybody makes as many as he likes.
 * 3. Who is not recognised counts by address, in buckets of their own: strangers take nothing from those who are known.
 * 4. Tokens of jobs are not counted: they are the work of executions, which has limits of its own.
 * 5. Once refused, the same credentials are refused without being looked at until there is a request for them again.
 */
import { createHash } from 'node:crypto';
import { makeError } from '@laneway/model';
import { addressPlace } from '@laneway/engine';
import { Refusal } from '../http/refusal.ts';
import { TokenBuckets, type BucketSize } from '../http/token-buckets.ts';
import { headerOf, type Headers } from './authenticate.ts';
import type { Credential, Identity } from './identity.ts';

/** Of each kind: known people, strangers, and credentials that were just refused. */
const maxCount = 20_000;

/** The reference knows no such answer; the status and `Retry-After` are those of RFC 6585. */
export class TooManyRequests extends Refusal {
  readonly retryAfterSec: number;

  constructor(perSec: number, waitMs: number) {
    super(makeError('limitReached', { limit: perSec, resourceDescription: 'requests per second with these credentials' }), 429);
    this.retryAfterSec = Math.max(1, Math.ceil(waitMs / 1000));
  }
}

export type Requester = Credential['kind'] | 'guest';

export interface RequestRateParts extends BucketSize {
  readonly nowMs: () => number;
  /** Told of each refusal. */
  readonly refused: (requester: Requester) => void;
}

interface Sender {
  readonly headers: Headers;
  readonly ip: string;
}

export class RequestRate {
  readonly #parts: RequestRateParts;
  readonly #known: TokenBuckets;
  readonly #strangers: TokenBuckets;
  /** Digest of credentials → whose they are, and until when they are refused. */
  readonly #refused = new Map<string, { readonly requester: Requester; readonly untilMs: number }>();

  constructor(parts: RequestRateParts) {
    this.#parts = parts;
    this.#known = new TokenBuckets(parts, maxCount);
    this.#strangers = new TokenBuckets(parts, maxCount);
  }

  /** Whom `identify` recognises; throws `TooManyRequests` when that one has sent too many. */
  async admit(sender: Sender, identify: () => Promise<Identity>): Promise<Identity> {
    this.#refuseAgain(sender);
    let identity: Identity;
    try {
      identity = await identify();
    } catch (error) {
      if (error instanceof Refusal) this.#charge(sender, this.#strangers, addressPlace(sender.ip), 'guest');
      throw error;
    }
    if (identity.kind === 'guest') this.#charge(sender, this.#strangers, addressPlace(sender.ip), 'guest');
    else if (identity.kind === 'user')
      this.#charge(sender, this.#known, nameOf(identity.account.id, identity.credential), identity.credential.kind);
    return identity;
  }

  #charge(sender: Sender, buckets: TokenBuckets, name: string, requester: Requester): void {
    const nowMs = this.#parts.nowMs();
    const waitMs = buckets.take(name, nowMs);
    if (waitMs === 0) return;
    const digest = digestOf(sender);
    this.#refused.delete(digest);
    this.#refused.set(digest, { requester, untilMs: nowMs + waitMs });
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > maxCount && oldest !== undefined) this.#refused.delete(oldest);
    this.#refuse(requester, waitMs);
  }

  #refuseAgain(sender: Sender): void {
    if (this.#refused.size === 0) return;
    const digest = digestOf(sender);
    const refused = this.#refused.get(digest);
    if (refused === undefined) return;
    const waitMs = refused.untilMs - this.#parts.nowMs();
    if (waitMs > 0) this.#refuse(refused.requester, waitMs);
    this.#refused.delete(digest);
  }

  #refuse(requester: Requester, waitMs: number): never {
    this.#parts.refused(requester);
    throw new TooManyRequests(this.#parts.perSec, waitMs);
  }
}

function nameOf(userId: string, credential: Credential): string {
  switch (credential.kind) {
    case 'token':
      return credential.token.generation === null ? `token ${credential.token.id}` : `temporary ${userId}`;
    case 'session':
      return `session ${credential.sessionId}`;
    case 'password':
      return `password ${userId}`;
    case 'idp':
      return `idp ${userId}`;
  }
}

const credentialHeaders = ['x-auth-token', 'authorization', 'macaroon', 'cookie'] as const;

/** Of what was sent, and from where. */
function digestOf({ headers, ip }: Sender): string {
  const hash = createHash('sha256').update(ip);
  for (const name of credentialHeaders) hash.update(`\0${headerOf(headers, name) ?? ''}`);
  return hash.digest('base64');
}
