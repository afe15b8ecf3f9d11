/**
 * Sessions of browsers. The browser holds `<id>.<secret>`; the database a hash of the secret only.
 *
 * 1. A session is new at each login: what a browser held before is never made valid.
 * 2. Its secret is replaced every few minutes of use. The one before is good for a moment, for requests under way; whoever
 *    comes with it later has taken it from somewhere, and ends the session.
 * 3. It ends after its longest time, when it was not used for long, and with the token that opened it.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { newId, type SessionToken } from '@laneway/model';
import {
  closeOtherWebSessions,
  closeWebSession,
  findWebSession,
  openWebSession,
  rotateWebSession,
  touchWebSession,
} from '../persistence/sql/web-sessions.ts';
import type { Database } from '../persistence/sql.ts';
import type { Account } from './types.ts';

export interface SessionLimits {
  readonly lastsMs: number;
  readonly idleMs: number;
  readonly rotateMs: number;
  readonly graceMs: number;
}

export interface OpenedSession {
  readonly id: string;
  /** For the cookie. */
  readonly text: string;
  readonly csrfToken: string;
  /** Milliseconds. */
  readonly expiresAt: number;
}

export interface LiveSession {
  readonly id: string;
  readonly account: Account;
  /** What it was opened with; null = a password, or an identity provider. */
  readonly token: SessionToken | null;
  /** The text that replaces the one that was presented. */
  readonly renewed: string | null;
  readonly expiresAt: number;
  readonly nowMs: number;
  isCsrfToken(text: string): boolean;
}

/** How exact the time is when a session was used last. */
const touchMs = 60_000;

export class Sessions {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async open(params: { readonly userId: string; readonly token: SessionToken | null; readonly lastsMs: number }): Promise<OpenedSession> {
    const [secret, csrfToken, id] = [newText(), newText(), newId()];
    const { userId, token, lastsMs } = params;
    const row = { id, userId, token, secretHash: hashOf(secret), csrfHash: hashOf(csrfToken), lastsMs };
    return { id, text: `${id}.${secret}`, csrfToken, expiresAt: await this.#database.call(openWebSession, row) };
  }

  /** The session of what a browser presents; null when it is none, or over. */
  async find(text: string, limits: SessionLimits): Promise<LiveSession | null> {
    const [id = '', secret = '', ...others] = text.split('.');
    if (!/^[\w-]{1,64}$/.test(id) || !/^[\w-]{1,64}$/.test(secret) || others.length > 0) return null;
    const session = await this.#standing(id, limits);
    if (session === null) return null;
    const { nowMs, expiresAt, seenAt, secretHash, previousHash, previousUntil } = session;
    const presented = hashOf(secret);
    const isCurrent = equal(presented, secretHash);
    const isPrevious = previousHash !== null && equal(presented, previousHash);
    if (!isCurrent && !isPrevious) return null;
    if (!isCurrent && nowMs >= previousUntil) return await this.#over(id);
    const renewed = isCurrent && nowMs >= session.rotatedAt + limits.rotateMs ? await this.#rotate(id, presented, limits.graceMs) : null;
    if (renewed === null && nowMs >= seenAt + Math.min(touchMs, limits.idleMs / 2)) await this.#database.call(touchWebSession, { id });
    const { account, token, csrfHash } = session;
    return { id, account, token, renewed, expiresAt, nowMs, isCsrfToken: (candidate) => equal(hashOf(candidate), csrfHash) };
  }

  /** The session, whoever presents it; null when it is over. */
  async #standing(id: string, limits: SessionLimits): Promise<NonNullable<Awaited<ReturnType<typeof findWebSession.run>>> | null> {
    const session = await this.#database.call(findWebSession, { id });
    if (session === null) return null;
    const { nowMs, expiresAt, seenAt } = session;
    return nowMs >= expiresAt || nowMs >= seenAt + limits.idleMs ? await this.#over(id) : session;
  }

  /** To whom the session belongs and what it was opened with; null when it is over. It does not count as used. */
  async owner(id: string, limits: SessionLimits): Promise<{ readonly userId: string; readonly token: SessionToken | null } | null> {
    const session = await this.#standing(id, limits);
    return session === null ? null : { userId: session.account.id, token: session.token };
  }

  async #over(id: string): Promise<null> {
    await this.close(id);
    return null;
  }

  async #rotate(id: string, oldHash: string, graceMs: number): Promise<string | null> {
    const secret = newText();
    const isOurs = await this.#database.call(rotateWebSession, { id, oldHash, newHash: hashOf(secret), graceMs });
    return isOurs ? `${id}.${secret}` : null;
  }

  async close(id: string): Promise<void> {
    await this.#database.call(closeWebSession, { id });
  }

  /** After a change of what lets the user in, all but the one in which it was changed; links that were begun are given up. */
  async closeOthers(userId: string, exceptId: string | null): Promise<void> {
    await this.#database.call(closeOtherWebSessions, { userId, exceptId });
  }
}

function newText(): string {
  return randomBytes(32).toString('base64url');
}

/** Of texts with 256 random bits: no salt, no stretching. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function equal(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
