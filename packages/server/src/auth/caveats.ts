/** Caveats that are decided per operation (rest R28–R33). */
import { isDataCaveat, isForProvidersOnly, type Caveat } from '@laneway/engine';
import { makeError } from '@laneway/model';
import type { Method } from '../http/route.ts';
import { unauthorized, type Identity, type UserIdentity } from './identity.ts';

export interface Operation {
  readonly service: 'opw' | 'ozw';
  readonly method: Method;
  /** Such as `op_space.<id>.atm_workflow_executions:private`. */
  readonly gri: string;
  /** Tokens for files pass; the handler confines them (rest R32). */
  readonly dataAccess?: true;
}

const operations: Readonly<Record<Method, string>> = { POST: 'create', PUT: 'create', GET: 'get', PATCH: 'update', DELETE: 'delete' };

/** Whether an `api` entry `service/operation/GRI pattern` covers the operation; `*` stands for one part of a GRI. */
function covers(entry: string, operation: Operation): boolean {
  const [service, verb, ...rest] = entry.split('/');
  const pattern = rest.join('/');
  if (service !== 'all' && service !== operation.service) return false;
  if (verb !== 'all' && verb !== operations[operation.method]) return false;
  const expression = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*');
  return new RegExp(`^${expression}$`).test(operation.gri);
}

/** What a provider has to read on Onezone to act on behalf of a user (rest R34). */
const readForProviders = /^(od_user|od_space|od_group|od_provider|od_atm_inventory|od_atm_lambda|od_atm_workflow_schema)\./;

function permits(caveat: Caveat, operation: Operation): boolean {
  if ('scope' in caveat) return false;
  if (isDataCaveat(caveat)) return operation.dataAccess === true;
  if (operation.service === 'ozw' && isForProvidersOnly(caveat)) return operation.method === 'GET' && readForProviders.test(operation.gri);
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
  const unmet = identity.caveats.find((caveat) => !permits(caveat, operation));
  if (unmet !== undefined) throw unauthorized(makeError('tokenCaveatUnverified', { caveat: unmet }));
}
