/** Caveats that are decided per operation (rest R28–R33). */
import { isDataCaveat, isForProvidersOnly, type Caveat } from '@laneway/engine';
import { makeError } from '@laneway/model';
import type { Method } from '../http/route.ts';
import { unauthorized, type Identity, type UserIdentity } from './identity.ts';

export interface Operation {
  readonly service: 'opw' | 'ozw';
  readonly method: Method;
  /** Such as `op_space.<id>.atm_workflow_executions:private`; on Onezone the types are `user`, `space`, `atm_lambda` … (rest §3.2). */
  readonly gri: string;
  /** Tokens for files pass; the handler confines them (rest R32). */
  readonly dataAccess?: true;
}

const operations: Readonly<Record<Method, string>> = { POST: 'create', PUT: 'create', GET: 'get', PATCH: 'update', DELETE: 'delete' };

/**
 * Whether the text is as the pattern says, in which `*` stands for anything. Whoever confines a token writes the pattern, so its cost has to
 * stay in proportion to it: no regular expression, which would try all ways to share out the text between many stars.
 */
function isAsPattern(text: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return text === pattern;
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** Whether an `api` entry `service/operation/GRI pattern` covers the operation. */
function covers(entry: string, operation: Operation): boolean {
  const [service, verb, ...rest] = entry.split('/');
  if (service !== 'all' && service !== operation.service) return false;
  if (verb !== 'all' && verb !== operations[operation.method]) return false;
  return isAsPattern(operation.gri, rest.join('/'));
}

/** The names of what an operation reaches: a user who asks for himself may be named by his id as well. */
function grisOf({ gri }: Operation, userId: string): readonly string[] {
  const own = 'user.self.';
  return gri.startsWith(own) ? [gri, `user.${userId}.${gri.slice(own.length)}`] : [gri];
}

/** What a provider has to read on Onezone to act on behalf of a user: of people himself alone (rest R34). */
const readForProviders = /^(space|group|provider|atm_inventory|atm_lambda|atm_workflow_schema)\./;

function isReadForProviders(operation: Operation, userId: string): boolean {
  const isOwn = grisOf(operation, userId).some((gri) => gri.startsWith(`user.${userId}.`));
  return operation.method === 'GET' && (isOwn || readForProviders.test(operation.gri));
}

function permits(caveat: Caveat, operation: Operation, userId: string): boolean {
  if ('scope' in caveat) return false;
  if (isDataCaveat(caveat)) return operation.dataAccess === true;
  if (operation.service === 'ozw' && isForProvidersOnly(caveat)) return isReadForProviders(operation, userId);
  const gris = grisOf(operation, userId);
  return caveat.type !== 'api' || caveat.whitelist.some((entry) => gris.some((gri) => covers(entry, { ...operation, gri })));
}

/** For an operation that does not look at `api` caveats (rest R33): a token for files reaches files only (rest R32). */
export function refuseTokensForFiles(user: UserIdentity): void {
  const caveat = user.caveats.find(isDataCaveat);
  if (caveat !== undefined) throw unauthorized(makeError('tokenCaveatUnverified', { caveat }));
}

/** Refuses with `tokenCaveatUnverified` unless every caveat of the token lets the operation pass. Guests pass. */
export function checkCaveats(identity: Identity, operation: Operation): void {
  if (identity.kind !== 'user') return;
  const unmet = identity.caveats.find((caveat) => !permits(caveat, operation, identity.account.id));
  if (unmet !== undefined) throw unauthorized(makeError('tokenCaveatUnverified', { caveat: unmet }));
}
