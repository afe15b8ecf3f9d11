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

/** What a provider has to read on Onezone to act on behalf of a user: of people himself alone (rest R34). */
const readForProviders = /^(space|group|provider|atm_inventory|atm_lambda|atm_workflow_schema)\./;

function isReadForProviders({ method, gri }: Operation, userId: string): boolean {
  const isOwn = gri.startsWith('user.self.') || gri.startsWith(`user.${userId}.`);
  return method === 'GET' && (isOwn || readForProviders.test(gri));
}

function permits(caveat: Caveat, operation: Operation, userId: string): boolean {
  if ('scope' in caveat) return false;
  if (isDataCaveat(caveat)) return operation.dataAccess === true;
  if (operation.service === 'ozw' && isForProvidersOnly(caveat)) return isReadForProviders(operation, userId);
  return caveat.type !== 'api' || caveat.whitelist.some((entry) => covers(entry, operation));
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
