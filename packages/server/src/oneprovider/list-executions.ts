import { enumField, integerField, makeError, phases, textField } from '@laneway/model';
import type { ServerDeps } from '../deps.ts';
import { Refusal } from '../http/refusal.ts';
import { json, type Route } from '../http/route.ts';
import { providerData } from '../http/fields.ts';
import { requireSpace } from './access.ts';

/** `GET …/spaces/{sid}/automation/execution/workflows` (rest §5.1). */
export function listExecutionsRoute(deps: ServerDeps): Route {
  return {
    prefix: '/api/v3/oneprovider',
    method: 'GET',
    path: '/spaces/{sid}/automation/execution/workflows',
    operationId: 'list_workflow_executions',
    summary: 'List workflow executions of a space',
    body: 'none',
    parameters: [
      { name: 'phase', in: 'query', text: 'waiting, ongoing (default), suspended or ended' },
      { name: 'limit', in: 'query', text: '1 to 1000 (default)' },
      { name: 'offset', in: 'query', text: 'entries to skip; may be negative with a start point' },
      { name: 'token', in: 'query', text: 'nextPageToken of the previous page' },
      { name: 'index', in: 'query', text: 'start point, used without a token' },
    ],
    handle: async (call) => {
      const request = providerData(call.query, {
        optional: {
          index: textField(),
          limit: integerField({ range: { low: 1, high: 1000 } }),
          offset: integerField(),
          phase: enumField(phases),
          token: textField({ notEmpty: true }),
        },
      });
      const start = startPoint(request.token, request.index);
      const spaceId = call.param('sid');
      const { user } = await requireSpace(deps, call, {
        spaceId,
        privilege: 'space_view_atm_workflow_executions',
        method: 'GET',
        gri: `op_space.${spaceId}.atm_workflow_executions:private`,
      });
      const page = await deps.executions.list({
        spaceId,
        // D7: only executions of inventories that the caller belongs to.
        viewerId: user.account.id,
        phase: request.phase ?? 'ongoing',
        limit: request.limit ?? 1000,
        offset: (request.offset ?? 0) + start.skip,
        index: start.index,
      });
      const last = page.entries.at(-1);
      return json({
        atmWorkflowExecutions: page.entries.map((entry) => entry.id),
        nextPageToken: page.isLast || last === undefined ? null : Buffer.from(last.index).toString('base64url'),
        isLast: page.isLast,
      });
    },
  };
}

/** A token names the last entry that was shown, which is skipped (rest R62, R63); an odd one is refused (D6). */
function startPoint(token: string | undefined, index: string | undefined): { readonly index: string | null; readonly skip: number } {
  if (token === undefined) return { index: index === undefined || index === '' ? null : index, skip: 0 };
  const decoded = Buffer.from(token, 'base64url').toString('utf8');
  if (!/^\d{10}[0-9A-Za-z]+$/.test(decoded)) throw new Refusal(makeError('badData', { key: 'token' }));
  return { index: decoded, skip: 1 };
}
