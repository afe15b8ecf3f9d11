import type { ExecutionSummaryEntry, SummaryRequest } from '@laneway/engine';
import { integerField, makeError, phases, textField } from '@laneway/model';
import type { ServerDeps } from '../deps.ts';
import { providerData } from '../http/fields.ts';
import { Refusal } from '../http/refusal.ts';
import { json, type Route } from '../http/route.ts';
import { requireSpace } from './access.ts';
import { filterOf, filterParameters } from './execution-filter.ts';

const defaultLimit = 100;

/** `GET …/spaces/{sid}/automation/execution/summaries`: what a list shows, one request for a page (extension). */
export function summariesRoute(deps: ServerDeps): Route {
  return {
    prefix: '/api/v3/oneprovider',
    method: 'GET',
    path: '/spaces/{sid}/automation/execution/summaries',
    operationId: 'list_workflow_execution_summaries',
    summary: 'List summaries of workflow executions of a space, filtered, phase list after phase list, newest first',
    body: 'none',
    extension: true,
    parameters: [
      ...filterParameters,
      { name: 'limit', in: 'query', text: `1 to 1000; ${defaultLimit} by default` },
      { name: 'token', in: 'query', text: 'nextPageToken of the previous page' },
    ],
    handle: async (call) => {
      const page = providerData(call.query, {
        optional: { limit: integerField({ range: { low: 1, high: 1000 } }), token: textField({ notEmpty: true }) },
      });
      const filter = filterOf(call.query);
      const after = page.token === undefined ? null : placeOf(page.token);
      const spaceId = call.param('sid');
      const { user } = await requireSpace(deps, call, {
        spaceId,
        privilege: 'space_view_atm_workflow_executions',
        method: 'GET',
        gri: `op_space.${spaceId}.atm_workflow_execution_summaries:private`,
      });
      const { entries, isLast } = await deps.extensions.summaries({
        spaceId,
        viewerId: user.account.id,
        filter,
        limit: page.limit ?? defaultLimit,
        after,
      });
      const last = entries.at(-1);
      return json({
        atmWorkflowExecutionSummaries: entries.map(summaryJson),
        nextPageToken: isLast || last === undefined ? null : Buffer.from(`${last.phase}:${last.index}`).toString('base64url'),
        isLast,
      });
    },
  };
}

function placeOf(token: string): SummaryRequest['after'] {
  const decoded = Buffer.from(token, 'base64url').toString('utf8');
  const [, phaseText, index] = /^([a-z]+):(\d{10}[0-9A-Za-z]+)$/.exec(decoded) ?? [];
  const phase = phases.find((known) => known === phaseText);
  if (phase === undefined || index === undefined) throw new Refusal(makeError('badData', { key: 'token' }));
  return { phase, index };
}

function summaryJson(entry: ExecutionSummaryEntry): Readonly<Record<string, unknown>> {
  const { id, revisionNumber, labels, index: _index, ...rest } = entry;
  return {
    atmWorkflowExecutionId: id,
    ...rest,
    atmWorkflowSchemaRevisionNumber: revisionNumber,
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
}
