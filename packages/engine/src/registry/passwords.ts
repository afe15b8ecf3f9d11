/** Logging in with username and password (rest R27, R109): throttled, in constant time, without telling who exists. */
import { createHmac, randomBytes } from 'node:crypto';
import { makeError, ok, refuse, type ErrorObject, type Result } from '@laneway/model';
import { beginLogin, endLogin, readPassword, setPassword, type LoginPlace } from '../persistence/sql/logins.ts';
import type { Database } from '../persistence/sql.ts';
import { addressPlace } from './address-place.ts';
import { hashPassword, passwordMatches } from './password-hash.ts';
import type { Account } from './types.ts';

export interface PasswordAttempt {
  readonly username: string;
  readonly password: string;
  /** Where it comes from; null = unknown. */
  readonly address: string | null;
}

export interface PasswordLogin {
  readonly account: Account;
  readonly nowMs: number;
}

/** Nobody's name is longer: what has no end is not counted, for it would have to be kept. */
const maxNameLength = 255;
/** Beyond this the work of hashing would be the sender's to choose. */
const maxPasswordLength = 1024;
/** How long a password that was right is right without the work of proving it again, and how many such are known. */
const memoryMs = 300_000;
const memorySize = 1000;

interface Remembered {
  readonly hash: string;
  readonly until: number;
}

export type Patience = Omit<LoginPlace, 'place'>;

export interface LoginPatience {
  readonly account: Patience;
  readonly address: Patience;
}

/** Many people may share an address, so it is given more patience, and less of it once that is used up. */
const usualPatience: LoginPatience = {
  account: { freeFailures: 5, firstDelayMs: 1000, maxDelayMs: 60_000 },
  address: { freeFailures: 20, firstDelayMs: 1000, maxDelayMs: 900_000 },
};

export class Passwords {
  readonly #database: Database;
  readonly #patience: LoginPatience;
  readonly #key = randomBytes(32);
  /** Keyed digest of name and password → the hash that it matched. */
  readonly #proven = new Map<string, Remembered>();

  constructor(database: Database, patience: LoginPatience = usualPatience) {
    this.#database = database;
    this.#patience = patience;
  }

  /** `badBasicCredentials`, `basicAuthDisabled`, `userBlocked` (rest R27), or `forbiddenWithHint` while attempts have to wait. */
  async verify(attempt: PasswordAttempt): Promise<Result<PasswordLogin>> {
    const { username, password, address } = attempt;
    const isOdd = username.includes('\0') || username.length > maxNameLength || password.length > maxPasswordLength;
    if (isOdd) return refuse(makeError('badBasicCredentials'));
    const digest = this.#digest(username, password);
    const known = await this.#database.call(readPassword, { username });
    if (known.account !== null && this.#isProven(digest, known.hash)) return standing(known.account, known.nowMs);
    const places = this.#places(username, address);
    const wait = await this.#database.call(beginLogin, { places });
    if (wait > 0) return refuse(tooOften(wait));
    const matches = await passwordMatches(password, known.hash);
    if (!matches || known.account === null || known.hash === null) return refuse(makeError('badBasicCredentials'));
    const [account, ...others] = places.map(({ place }) => place);
    await this.#database.call(endLogin, { forget: account === undefined ? [] : [account], uncount: others });
    this.#remember(digest, known.hash);
    return standing(known.account, known.nowMs);
  }

  /** Sets the password, or whether it logs in; `badValuePassword` for one that is too short (rest R109). */
  async set(userId: string, change: { readonly password: string | null; readonly enabled: boolean | null }): Promise<Result<void>> {
    const { password, enabled } = change;
    const hash = password === null ? ok(null) : await usableHash(password);
    if (!hash.ok) return hash;
    const set = await this.#database.call(setPassword, { userId, hash: hash.value, enabled });
    return set ? ok(undefined) : refuse(makeError('notFound'));
  }

  /** The account first; whether it exists makes no difference. */
  #places(username: string, address: string | null): readonly LoginPlace[] {
    const account = { place: `account ${username}`, ...this.#patience.account };
    return address === null ? [account] : [account, { place: `address ${addressPlace(address)}`, ...this.#patience.address }];
  }

  #digest(username: string, password: string): string {
    return createHmac('sha256', this.#key).update(`${username}\0${password}`).digest('base64');
  }

  /** A password that was changed since is not proven, on whatever node that was. */
  #isProven(digest: string, hash: string | null): boolean {
    const remembered = this.#proven.get(digest);
    return remembered !== undefined && remembered.hash === hash && performance.now() < remembered.until;
  }

  #remember(digest: string, hash: string): void {
    this.#proven.delete(digest);
    this.#proven.set(digest, { hash, until: performance.now() + memoryMs });
    const [oldest] = this.#proven.keys();
    if (this.#proven.size > memorySize && oldest !== undefined) this.#proven.delete(oldest);
  }
}

/** `badValuePassword` for one that is too short, or so long that hashing it is work (rest R109). */
export async function usableHash(password: string): Promise<Result<string>> {
  const isUsable = password.length >= 8 && password.length <= maxPasswordLength;
  return isUsable ? ok(await hashPassword(password)) : refuse(makeError('badValuePassword'));
}

function tooOften(waitMs: number): ErrorObject {
  return makeError('forbiddenWithHint', { hint: `too many failed attempts: wait ${Math.ceil(waitMs / 1000)} s` });
}

function standing(account: Account, nowMs: number): Result<PasswordLogin> {
  if (!account.basicAuthEnabled) return refuse(makeError('basicAuthDisabled'));
  return account.blocked ? refuse(makeError('userBlocked')) : ok({ account, nowMs });
}
