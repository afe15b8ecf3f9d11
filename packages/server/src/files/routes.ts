/** The part of the file API that lambdas and fixtures need (lambdas §12). */
import { listChildren, readContent, type Space } from '@laneway/engine';
import {
  canonicalFileAttributes,
  convertedField,
  integerField,
  isFileAttribute,
  makeError,
  ok,
  posixError,
  refuse,
  textField,
  textListField,
  type JsonObject,
} from '@laneway/model';
import { requireUser, unauthorized } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { providerData } from '../http/fields.ts';
import { mergeParameters } from '../http/query.ts';
import { need, Refusal } from '../http/refusal.ts';
import { answered, json, noContent, type Call, type ParameterText, type Route } from '../http/route.ts';
import { requireAccess, requireFile } from './access.ts';
import { parseRange } from './range.ts';

const prefix = '/api/v3/oneprovider';
const anyType = ['application/octet-stream', 'application/json', 'text/plain'];

const pageFields = {
  limit: integerField({ range: { low: 1, high: 1000 } }),
  offset: integerField({ min: 0 }),
  token: textField(),
} as const;
const attributeText: ParameterText = { name: 'attribute', in: 'query', text: 'attributes to show; may be repeated', repeatable: true };

/** `attribute` given once or repeatedly, or `attributes` as a list. */
function wantedAttributes(call: Call, standard: readonly string[]): readonly string[] {
  const data = mergeParameters(call.body, call.query);
  const raw = data['attribute'] ?? data['attributes'];
  if (raw === undefined) return standard;
  const list = typeof raw === 'string' ? raw.split(',') : raw;
  const field = convertedField(textListField(), (names, key) => {
    const unknown = names.find((name) => !isFileAttribute(name));
    return unknown === undefined ? ok(names) : refuse(makeError('badValueNotAllowed', { key, allowed: canonicalFileAttributes }));
  });
  return need(field(list, 'attributes', 'oneprovider'));
}

/** Content of a regular file, whole or in part (lambdas R138). */
async function sendContent(deps: ServerDeps, call: Call): Promise<typeof answered> {
  const ref = await requireFile(deps, call, 'read');
  const range = parseRange(call.request.headers.range);
  const outcome = need(await readContent(deps.files, ref, range));
  const { reply } = call;
  reply.header('accept-ranges', 'bytes');
  if (outcome.kind === 'unsatisfiable') {
    await reply.code(416).header('content-range', `bytes */${outcome.size}`).send();
    return answered;
  }
  const { size, start, end, stream } = outcome.content;
  const name = encodeURIComponent(ref.path.split('/').at(-1) ?? '');
  if (range !== null) reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${size}`);
  await reply
    .header('content-length', end - start)
    .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
    .type('application/octet-stream')
    .send(stream);
  return answered;
}

async function spacesCalled(deps: ServerDeps, { identity }: Call, nameOrId: string): Promise<readonly Space[]> {
  if (identity.kind === 'job') {
    const own = await deps.spaces.list([identity.grant.spaceId]);
    return own.filter((space) => space.name === nameOrId || space.id === nameOrId);
  }
  return await deps.spaces.list(await deps.registry.spacesCalled(requireUser(identity).account.id, nameOrId));
}

/** `/<space name or id>/a/b` → the file's id; a name must be that of one space of the caller. */
async function lookUp(deps: ServerDeps, call: Call): Promise<JsonObject> {
  if (call.identity.kind === 'guest') throw unauthorized(null);
  const [spaceName = '', ...rest] = call
    .param('*')
    .split('/')
    .filter((part) => part !== '');
  const spaces = await spacesCalled(deps, call, spaceName);
  const [space] = spaces;
  if (space === undefined) throw new Refusal(posixError('ENOENT'));
  if (spaces.length > 1) throw new Refusal(makeError('badValueAmbiguousId', { key: 'path' }));
  await requireAccess(deps, call.identity, { spaceId: space.id, path: rest.join('/') }, 'read');
  const ref = need(await deps.files.lookup(space.id, rest.join('/')));
  return { fileId: ref.fileId };
}

export function fileRoutes(deps: ServerDeps): Route[] {
  const path = '/data/{id}';
  const xattrs = `${path}/metadata/xattrs`;
  const route = (method: Route['method'], at: string, operationId: string, summary: string, handle: Route['handle']): Route => ({
    prefix,
    method,
    path: at,
    operationId,
    summary,
    body: method === 'PUT' || method === 'DELETE' ? 'json' : 'none',
    jobTokens: true,
    handle,
  });
  return [
    {
      ...route(
        'GET',
        `${path}/content`,
        'download_file_content',
        'Read the content of a file; Range is honoured',
        async (call) => await sendContent(deps, call),
      ),
      produces: anyType,
    },
    {
      ...route('GET', path, 'get_attrs', 'Get attributes of a file', async (call) => {
        const attributes = wantedAttributes(call, canonicalFileAttributes);
        return json(need(await deps.files.attributes(await requireFile(deps, call, 'read'), attributes)));
      }),
      parameters: [attributeText],
    },
    {
      ...route('GET', `${path}/children`, 'list_children', 'List a directory', async (call) => {
        const { limit = 1000, offset = 0, token = '' } = providerData(call.query, { optional: pageFields });
        const attributes = wantedAttributes(call, ['fileId', 'name']);
        const page = { limit, offset, token: token === '' ? null : token, attributes };
        return json(need(await listChildren(deps.files, await requireFile(deps, call, 'read'), page)));
      }),
      parameters: [
        { name: 'limit', in: 'query', text: '1 to 1000 (default)' },
        { name: 'offset', in: 'query', text: 'entries to skip' },
        { name: 'token', in: 'query', text: 'nextPageToken of the previous page' },
        attributeText,
      ],
    },
    {
      ...route('GET', xattrs, 'get_xattrs', 'Get extended attributes', async (call) => {
        const { attribute: wanted } = providerData(call.query, { optional: { attribute: textField() } });
        const all = need(await deps.files.xattrs(await requireFile(deps, call, 'read')));
        if (wanted === undefined) return json(all);
        if (!Object.hasOwn(all, wanted)) throw new Refusal(posixError('ENODATA'));
        return json({ [wanted]: all[wanted] });
      }),
      parameters: [{ name: 'attribute', in: 'query', text: 'one of them; all when absent' }],
    },
    {
      ...route('PUT', xattrs, 'set_xattr', 'Set extended attributes; others stay', async (call) => {
        need(await deps.files.setXattrs(await requireFile(deps, call, 'write'), call.body));
        return noContent;
      }),
      workOfJobs: true,
    },
    {
      ...route('DELETE', xattrs, 'remove_xattrs', 'Remove extended attributes; body {"keys": […]}', async (call) => {
        const { keys } = providerData(call.body, { required: { keys: textListField() } });
        need(await deps.files.removeXattrs(await requireFile(deps, call, 'write'), keys));
        return noContent;
      }),
      workOfJobs: true,
    },
    {
      ...route('POST', '/lookup-file-id/{…path}', 'lookup_file_id', 'Get the id of the file at /<space name>/<path>', async (call) =>
        json(await lookUp(deps, call)),
      ),
      body: 'ignored',
      readsOnly: true,
    },
  ];
}
