/** Stores of executions: dump, and browsing as extensions (rest §5.7, data-and-stores §3.2, §4). */
import { Readable } from 'node:stream';
import type { StoreSummary } from '@laneway/engine';
import { notFound, requireUser } from '../auth/identity.ts';
import { checkCaveats, refuseTokensForFiles } from '../auth/caveats.ts';
import type { ServerDeps } from '../deps.ts';
import { need } from '../http/refusal.ts';
import { answered, json, type Call, type Route } from '../http/route.ts';
import { requireViewer } from './access.ts';

const prefix = '/api/v3/oneprovider';
export const storePath = '/automation/execution/stores/{sid}';

type Aspect = 'dump' | 'instance' | 'content' | 'indices_by_trace_ids';

/** guest 401 → 404 → what the type of the store refuses → caveats 401 → 403 (rest §5.3, §5.7; data-and-stores §3.2). */
export async function requireStore(
  deps: ServerDeps,
  call: Call,
  aspect: Aspect,
  refuseType: (store: StoreSummary) => void = () => undefined,
): Promise<StoreSummary> {
  const user = requireUser(call.identity);
  // Without the initial content: it may be large, and hardly anything here shows it.
  const store = await deps.stores.summary(call.param('sid'));
  const view = store === null ? null : await deps.executions.view(store.executionId);
  if (store === null || view === null) throw notFound();
  refuseType(store);
  if (aspect === 'dump') refuseTokensForFiles(user);
  else checkCaveats(user, { service: 'opw', method: 'GET', gri: `op_atm_store.${store.id}.${aspect}:private` });
  await requireViewer(deps, user, view.execution);
  return store;
}

export function storeRoutes(deps: ServerDeps): Route[] {
  return [
    {
      prefix,
      method: 'GET',
      path: `${storePath}/dump`,
      operationId: 'dump_atm_store',
      summary: 'Download the content of an audit log store',
      body: 'none',
      produces: ['application/octet-stream', 'application/json'],
      handle: async (call) => {
        const store = await requireStore(deps, call, 'dump');
        const dump = need(await deps.stores.dump(store.id));
        await call.reply
          .code(200)
          .type('application/json')
          .header('content-disposition', `attachment; filename="${dump.fileName}"`)
          .header('content-security-policy', "frame-ancestors 'none'")
          .send(Readable.from(dumpText(dump.entries)));
        return answered;
      },
    },
    {
      prefix,
      method: 'GET',
      path: storePath,
      operationId: 'get_atm_store',
      summary: 'Get a store: schema id, type, config, initial content, whether it is frozen',
      body: 'none',
      extension: true,
      handle: async (call) => {
        const { id } = await requireStore(deps, call, 'instance');
        const store = await deps.stores.info(id);
        if (store === null) throw notFound();
        const { executionId, schemaId, name, type, config, initialContent, frozen } = store;
        return json({ atmStoreId: store.id, atmWorkflowExecutionId: executionId, schemaId, name, type, config, initialContent, frozen });
      },
    },
    {
      prefix,
      method: 'GET',
      path: `${storePath}/content`,
      operationId: 'browse_atm_store_content',
      summary: 'Browse the content of a store',
      body: 'none',
      extension: true,
      parameters: [
        { name: 'type', in: 'query', text: 'browse options type; that of the store when absent' },
        { name: 'index, offset, limit', in: 'query', text: 'which entries of a list-like store' },
        { name: 'timestamp, direction', in: 'query', text: 'audit logs' },
        {
          name: 'mode, layout, startTimestamp, stopTimestamp, windowLimit, extendedInfo',
          in: 'query',
          text: 'time series; layout as JSON',
        },
        { name: 'lineage', in: 'query', text: 'true: each entry also has `lineage`, where its value comes from, or null; default false' },
      ],
      handle: async (call) => {
        const store = await requireStore(deps, call, 'content');
        return json(need(await deps.stores.browse(store.id, call.query)));
      },
    },
  ];
}

/** `[`, entries each followed by CR LF and separated by commas, `]` (data-and-stores R65). */
async function* dumpText(entries: AsyncIterable<unknown>): AsyncGenerator<string> {
  yield '[';
  let separator = '';
  for await (const entry of entries) {
    yield `${separator}${JSON.stringify(entry, null, 2)}\r\n`;
    separator = ',';
  }
  yield ']';
}
