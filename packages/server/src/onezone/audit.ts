/** Reading the audit of changes (extension): for zone administrators. */
import { integerField, makeError, textField } from '@laneway/model';
import type { ServerDeps } from '../deps.ts';
import { providerData } from '../http/fields.ts';
import { Refusal } from '../http/refusal.ts';
import { json, type Call, type Route } from '../http/route.ts';
import { requireZonePrivilege } from './access.ts';

/** Rest R104 says that queries are not read on Onezone; this operation is not of the contract. */
async function list(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  requireZonePrivilege(call, 'audit.null.list:private', 'oz_view_privileges');
  const query = providerData(call.query, {
    optional: {
      user: textField(),
      entity: textField(),
      operation: textField(),
      since: integerField({ min: 0 }),
      until: integerField({ min: 0 }),
      limit: integerField({ range: { low: 1, high: 1000 } }),
      token: textField(),
    },
  });
  const { limit = 100, token } = query;
  const found = await deps.registry.audit.list({
    userId: query.user ?? null,
    entityId: query.entity ?? null,
    operation: query.operation ?? null,
    since: query.since ?? 0,
    until: query.until ?? Number.MAX_SAFE_INTEGER,
    before: token === undefined || token === '' ? null : placeOf(token),
    limit: limit + 1,
  });
  const changes = found.slice(0, limit);
  const last = changes.at(-1);
  const isLast = found.length <= limit;
  const nextPageToken = isLast || last === undefined ? null : Buffer.from(`${last.at} ${last.id}`).toString('base64url');
  return json({ changes, isLast, nextPageToken });
}

function placeOf(token: string): { readonly at: number; readonly id: string } {
  const [at = '', id = ''] = Buffer.from(token, 'base64url').toString('utf8').split(' ');
  if (!/^\d{1,15}$/.test(at) || !/^\w+$/.test(id)) throw new Refusal(makeError('badData', { key: 'token' }));
  return { at: Number(at), id };
}

export function auditRoute(deps: ServerDeps): Route {
  return {
    prefix: '/api/v3/onezone',
    method: 'GET',
    path: '/audit',
    operationId: 'list_changes',
    summary: 'List what was changed, by whom and from where; newest first',
    body: 'none',
    extension: true,
    parameters: [
      { name: 'user', in: 'query', text: 'id of who did it' },
      { name: 'entity', in: 'query', text: 'id of what it was done to' },
      { name: 'operation', in: 'query', text: 'operation id, such as `remove_space_user`' },
      { name: 'since, until', in: 'query', text: 'milliseconds; `until` is not included' },
      { name: 'limit', in: 'query', text: '1 to 1000, default 100' },
      { name: 'token', in: 'query', text: '`nextPageToken` of the page before' },
    ],
    handle: async (call) => await list(deps, call),
  };
}
