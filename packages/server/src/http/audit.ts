/**
 * What of a request goes into the audit of changes: every request that changed something, by whom, from where, and what was given. A change
 * of people, rights, lambdas, workflows or files is answered when its entry is written, so nobody makes more entries than are written.
 * Commands on executions are answered at once – a cancel must not wait for a second commit – and their entry follows; the event log of the
 * execution has its actor either way.
 */
import { decodeToken, type Change } from '@laneway/engine';
import type { JsonObject } from '@laneway/model';
import type { Credential } from '../auth/identity.ts';
import type { Answer, Call, Route } from './route.ts';

const maxTextLength = 200;
const maxKeys = 50;
const secretKey = /password|secret|token|credential/i;

/** Null when nothing was changed, or nobody is known who did it. */
export function changeOf(route: Route, call: Call, answer: Answer): Change | null {
  if (route.method === 'GET' || route.readsOnly === true || route.unsupported === true) return null;
  const { identity } = call;
  if (identity.kind === 'guest' || (identity.kind === 'job' && route.workOfJobs === true)) return null;
  const made = madeId(answer);
  const parameters = [...route.path.matchAll(/\{…?(\w+)\}/g)].map((match) => named(call.param(match[1] ?? '')));
  const target = route.path.replaceAll(/\{…?(\w+)\}/g, (_match, name: string) => named(call.param(name)));
  return {
    userId: identity.kind === 'user' ? identity.account.id : identity.grant.userId,
    tokenId: identity.kind === 'user' ? credentialText(identity.credential) : `job of ${identity.grant.executionId}`,
    address: call.request.ip,
    operation: route.operationId,
    target: route.prefix + target,
    details: { ...shortened(call.body), ...(made === null ? {} : { created: made }) },
    entityIds: [...parameters, ...(made === null ? [] : [made])].filter((id) => id !== '' && id.length <= 64),
  };
}

/** What a path names; of a token that is named by its text (rest R136) the id, for the text is a secret. */
function named(text: string): string {
  const decoded = decodeToken(text);
  return decoded.ok ? decoded.value.identity.id : text;
}

/** Temporary tokens have no id of their own: their generation stands for it. */
function credentialText(credential: Credential): string {
  switch (credential.kind) {
    case 'password':
      return 'password';
    case 'idp':
      return 'token of the identity provider';
    case 'session':
      return `session ${credential.sessionId}`;
    case 'token':
      return credential.token.generation === null ? credential.token.id : `temporary token, generation ${credential.token.generation}`;
  }
}

export function isAwaited(route: Route): boolean {
  return !(route.prefix === '/api/v3/oneprovider' && route.path.includes('/automation/execution/'));
}

function madeId(answer: Answer): string | null {
  const location = answer.kind === 'created' || answer.kind === 'json' ? answer.location : undefined;
  return location?.split('/').at(-1) ?? null;
}

/** First-level keys: short values as they are, of others only what they are. */
function shortened(body: JsonObject): Record<string, unknown> {
  const shown = Object.entries(body)
    .slice(0, maxKeys)
    .map(([key, value]) => [key.slice(0, maxTextLength), secretKey.test(key) ? '…' : short(value)] as const);
  return Object.fromEntries(shown);
}

function short(value: unknown): unknown {
  if (typeof value === 'string') return value.length <= maxTextLength ? value : `${value.slice(0, maxTextLength)}…`;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  const text = JSON.stringify(value);
  if (text.length <= maxTextLength) return secretKey.test(text) ? '…' : value;
  return Array.isArray(value) ? `list of ${value.length}` : 'object';
}
