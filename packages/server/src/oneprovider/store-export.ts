/** Dumps of stores of every type, and failed items by their trace ids (extensions; data-and-stores §3.2, R45). */
import { Readable } from 'node:stream';
import { integerField, isJsonObject, makeError, ok, parseJson, refuse, type Field } from '@laneway/model';
import type { ServerDeps } from '../deps.ts';
import { providerData } from '../http/fields.ts';
import { need, Refusal } from '../http/refusal.ts';
import { answered, json, type Route } from '../http/route.ts';
import { requireStore, storePath } from './stores.ts';

const prefix = '/api/v3/oneprovider';

export function storeExportRoutes(deps: ServerDeps): Route[] {
  return [exportRoute(deps), indicesRoute(deps)];
}

function exportRoute(deps: ServerDeps): Route {
  return {
    prefix,
    method: 'GET',
    path: `${storePath}/export`,
    operationId: 'export_atm_store',
    summary: 'Download everything in a store of any type, as it is now',
    body: 'none',
    extension: true,
    produces: ['application/x-ndjson', 'text/csv', 'application/octet-stream', 'application/json'],
    parameters: [
      { name: 'format', in: 'query', text: 'jsonl (default): one JSON object a line; csv: columns by the data spec of the store' },
    ],
    handle: async (call) => {
      // The same content as that of browsing, and the same rights.
      const store = await requireStore(deps, call, 'content');
      const { fileName, contentType, text } = need(await deps.stores.export(store.id, { format: call.query['format'] }));
      // A reader that goes away, a server that closes or a failure half-way ends the reading, and the connection breaks off.
      await call.reply
        .code(200)
        .type(contentType)
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .header('content-security-policy', "frame-ancestors 'none'")
        .send(Readable.from(text, { objectMode: false }));
      return answered;
    },
  };
}

function indicesRoute(deps: ServerDeps): Route {
  return {
    prefix,
    method: 'GET',
    path: `${storePath}/indices`,
    operationId: 'get_atm_store_indices_by_trace_ids',
    summary: 'Find the entries of an exception store with the given trace ids: trace id → index or null',
    body: 'none',
    extension: true,
    parameters: [
      { name: 'traceIds', in: 'query', text: 'separated by commas, or a JSON list; required', required: true, repeatable: true },
      { name: 'timestamp', in: 'query', text: 'milliseconds: do not look at what failed earlier' },
    ],
    handle: async (call) => {
      const { traceIds, timestamp = null } = providerData(call.query, {
        required: { traceIds: traceIdsField },
        optional: { timestamp: integerField({ min: 0 }) },
      });
      const store = await requireStore(deps, call, 'indices_by_trace_ids', ({ type }) => {
        if (type !== 'exception') throw new Refusal(makeError('notSupported'));
      });
      return json(need(await deps.stores.indicesByTraceIds(store.id, { traceIds, timestamp })));
    },
  };
}

/** `a,b`, the parameter repeatedly, or a JSON list. */
const traceIdsField: Field<readonly string[]> = (value, key) => {
  const parts = (Array.isArray(value) ? (value as readonly unknown[]).toReversed() : [value]).flatMap(listOf);
  const ids = parts.filter((part) => typeof part === 'string' && part !== '');
  return ids.length === parts.length ? ok(ids as readonly string[]) : refuse(makeError('badValueListOfStrings', { key }));
};

/** No trace id begins like JSON. */
function listOf(text: unknown): readonly unknown[] {
  if (typeof text !== 'string') return [text];
  if (!text.startsWith('[') && !text.startsWith('{')) return text.split(',');
  const parsed = parseJson(text);
  if (!parsed.ok || isJsonObject(parsed.value)) return [null];
  return parsed.value as readonly unknown[];
}
