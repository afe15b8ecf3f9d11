/** Accounts at identity providers. They are known by issuer and subject only: names and addresses can change hands. */
import { createHash } from 'node:crypto';
import {
  beginOidcLogin,
  findLinkedAccount,
  linkAccount,
  listLinkedAccounts,
  takeOidcLogin,
  unlinkAccount,
  type BegunLogin,
  type LinkedAccount,
  type Linking,
} from '../persistence/sql/linked-accounts.ts';
import type { Database } from '../persistence/sql.ts';
import type { Account } from './types.ts';

/** A login at an identity provider that a browser has begun; `state` and `browser` are secrets that are not kept. */
export interface LoginAttempt extends Omit<BegunLogin, 'stateHash' | 'browserHash'> {
  readonly state: string;
  readonly browser: string;
}

export class LinkedAccounts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async begin({ state, browser, ...attempt }: LoginAttempt): Promise<void> {
    await this.#database.call(beginOidcLogin, { ...attempt, stateHash: hashOf(state), browserHash: hashOf(browser) });
  }

  /** The attempt of this browser with this state, once; null when there is none or it is old. */
  async take(state: string, browser: string): Promise<LoginAttempt | null> {
    const begun = await this.#database.call(takeOidcLogin, { stateHash: hashOf(state) });
    return begun === null || begun.browserHash !== hashOf(browser) ? null : { ...begun, state, browser };
  }

  async find(issuer: string, subject: string): Promise<{ readonly account: Account; readonly nowSeconds: number } | null> {
    return await this.#database.call(findLinkedAccount, { issuer, subject });
  }

  async of(userId: string): Promise<readonly LinkedAccount[]> {
    return await this.#database.call(listLinkedAccounts, { userId });
  }

  async link(userId: string, account: LinkedAccount): Promise<Linking> {
    return await this.#database.call(linkAccount, { ...account, userId });
  }

  async unlink(userId: string, issuer: string, subject: string): Promise<boolean> {
    return await this.#database.call(unlinkAccount, { userId, issuer, subject });
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
