/** Who sends a request (rest §2.1). */
import { makeError, type ErrorObject, type Result, type SessionToken } from '@laneway/model';
import type { Account, Caveat } from '@laneway/engine';
import { Refusal } from '../http/refusal.ts';

export interface UserIdentity {
  readonly kind: 'user';
  readonly account: Account;
  readonly credential: Credential;
  /** Of the token; other credentials have none. */
  readonly caveats: readonly Caveat[];
  readonly nowSeconds: number;
}

/** By what the user was recognised. */
export type Credential =
  | { readonly kind: 'token'; readonly token: SessionToken }
  | { readonly kind: 'password' }
  /** A token of the identity provider. */
  | { readonly kind: 'idp' }
  | SessionCredential;

export interface SessionCredential {
  readonly kind: 'session';
  readonly sessionId: string;
  /** What it was opened with; null = something else than a token. */
  readonly token: SessionToken | null;
}

/** The token that an execution is bound to when the user lets it run; null = there was none (execution §15.1). */
export function sessionTokenOf(user: UserIdentity): SessionToken | null {
  return 'token' in user.credential ? user.credential.token : null;
}

/** What the token of a job may do: reach the files of one space, until it ends. */
export interface JobGrant {
  readonly userId: string;
  readonly spaceId: string;
  readonly executionId: string;
  readonly readonly: boolean;
}

export type Identity = { readonly kind: 'guest' } | UserIdentity | { readonly kind: 'job'; readonly grant: JobGrant };

/** Recognises the tokens that the engine gives to jobs; null for any other text. */
export interface JobTokenVerifier {
  verify(token: string): Promise<Result<JobGrant> | null>;
}

export const guest: Identity = { kind: 'guest' };

export function unauthorized(authError: ErrorObject | null): Refusal {
  return new Refusal(makeError('unauthorized', { authError }));
}

export function forbidden(): Refusal {
  return new Refusal(makeError('forbidden'));
}

export function notFound(): Refusal {
  return new Refusal(makeError('notFound'));
}

/** The user behind a request; guests are refused. Job tokens reach file operations only (as rest R32). */
export function requireUser(identity: Identity): UserIdentity {
  if (identity.kind === 'user') return identity;
  if (identity.kind === 'guest') throw unauthorized(null);
  throw unauthorized(makeError('tokenCaveatUnverified', { caveat: { type: 'data.objectid', whitelist: [identity.grant.spaceId] } }));
}

/** Whether the user holds it himself or through a group. */
export function hasZonePrivilege(identity: Identity, privilege: string): boolean {
  return identity.kind === 'user' && identity.account.effectivePrivileges.includes(privilege);
}
