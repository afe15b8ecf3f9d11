/**
 * Datasets of spaces (lambdas §12.3; data-and-stores R6). Who may view a space may see its datasets; marking a file and changing
 * or removing a dataset takes `space_manage_datasets`, or the token of a job that may write. Protection flags are refused: nothing
 * here could enforce them inside lambdas.
 */
import { isFileId, type Dataset } from '@laneway/engine';
import { enumField, integerField, isColumnText, makeError, textField, textListField, type JsonObject } from '@laneway/model';
import { checkCaveats } from '../auth/caveats.ts';
import { forbidden, notFound, requireUser, unauthorized } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { providerData } from '../http/fields.ts';
import { need, Refusal } from '../http/refusal.ts';
import { created, json, noContent, type Call, type Method, type Route } from '../http/route.ts';
import { holdsInSpace } from '../oneprovider/access.ts';
import { requireAccess, requireFile } from './access.ts';

const prefix = '/api/v3/oneprovider';
const states = ['attached', 'detached'] as const;
const manage = 'space_manage_datasets';

/** Jobs within their space; users with the privilege there. */
async function allow(deps: ServerDeps, call: Call, needs: { spaceId: string; gri: string; use: 'view' | 'manage' }): Promise<void> {
  const { spaceId, gri, use } = needs;
  if (call.identity.kind === 'job') {
    await requireAccess(deps, call.identity, { spaceId, path: '' }, use === 'view' ? 'read' : 'write');
    return;
  }
  checkCaveats(call.identity, { service: 'opw', method: call.request.method as Method, gri });
  const user = requireUser(call.identity);
  if (!(await holdsInSpace(deps, user.account.id, spaceId, use === 'view' ? 'space_view' : manage))) throw forbidden();
}

/** guest 401 → 404 → 403; what is given is looked at before (rest R48–R50). */
async function requireDataset(deps: ServerDeps, call: Call, use: 'view' | 'manage'): Promise<Dataset> {
  if (call.identity.kind === 'guest') throw unauthorized(null);
  const dataset = await deps.files.datasets.find(call.param('did'));
  if (dataset === null) throw notFound();
  await allow(deps, call, { spaceId: dataset.spaceId, gri: `op_dataset.${dataset.id}.instance:private`, use });
  return dataset;
}

function refuseFlags(flags: readonly string[] | undefined, key: string): void {
  if (flags !== undefined && flags.length > 0) throw new Refusal(makeError('badValueListNotAllowed', { key, allowed: [] }));
}

/** A text that is no file id is bad data; a file that is not there is in no space, where nobody has privileges (rest R48, R51). */
async function create(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const { rootFileId, protectionFlags } = providerData(call.body, {
    required: { rootFileId: textField({ notEmpty: true }) },
    optional: { protectionFlags: textListField() },
  });
  refuseFlags(protectionFlags, 'protectionFlags');
  if (!isFileId(rootFileId)) throw new Refusal(makeError('badValueIdentifier', { key: 'rootFileId' }));
  if (call.identity.kind === 'guest') throw unauthorized(null);
  const ref = await deps.files.resolve(rootFileId);
  await allow(deps, call, { spaceId: ref?.spaceId ?? '', gri: 'op_dataset.null.instance:private', use: 'manage' });
  if (ref === null) throw forbidden();
  const { datasetId } = need(await deps.files.datasets.create(ref));
  return created(`${call.baseUrl}${prefix}/datasets/${datasetId}`, { datasetId });
}

async function change(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const { state, setProtectionFlags } = providerData(call.body, {
    optional: { state: enumField(states), setProtectionFlags: textListField(), unsetProtectionFlags: textListField() },
    atLeastOne: ['state', 'setProtectionFlags', 'unsetProtectionFlags'],
  });
  refuseFlags(setProtectionFlags, 'setProtectionFlags');
  const dataset = await requireDataset(deps, call, 'manage');
  if (state !== undefined) need(await deps.files.datasets.setState(dataset.id, state));
  return noContent;
}

interface Level {
  readonly spaceId: string;
  readonly state: 'attached' | 'detached';
  readonly parentId: string | null;
}

const pageFields = { limit: integerField({ range: { low: 1, high: 1000 } }), token: textField() } as const;

interface Page {
  readonly after: ReturnType<typeof placeOf> | null;
  readonly limit: number;
}

function pageOf({ limit = 1000, token }: { readonly limit?: number | undefined; readonly token?: string | undefined }): Page {
  return { limit, after: token === undefined || token === '' ? null : placeOf(token) };
}

/** One page of a level of the tree; the token names the last dataset of the page before. */
async function page(deps: ServerDeps, { after, limit }: Page, level: Level): Promise<JsonObject> {
  const { datasets } = deps.files;
  const found = await datasets.list({ ...level, after, limit: limit + 1 });
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const isLast = found.length <= limit;
  const nextPageToken = isLast || last === undefined ? null : Buffer.from(JSON.stringify([last.id, last.path])).toString('base64url');
  return { datasets: await datasets.describe(shown), isLast, nextPageToken };
}

function placeOf(token: string): { readonly id: string; readonly path: string } {
  try {
    const [id, path] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as readonly unknown[];
    if (typeof id === 'string' && typeof path === 'string' && isColumnText(id) && isColumnText(path)) return { id, path };
  } catch {
    // Answered below, like any other text that is no token.
  }
  throw new Refusal(makeError('badData', { key: 'token' }));
}

export function datasetRoutes(deps: ServerDeps): Route[] {
  const shared = { prefix, jobTokens: true, extension: true } as const;
  const pages = [
    { name: 'limit', in: 'query', text: '1 to 1000, default 1000' },
    { name: 'token', in: 'query', text: '`nextPageToken` of the page before' },
  ] as const;
  return [
    {
      ...shared,
      method: 'POST',
      path: '/datasets',
      operationId: 'establish_dataset',
      summary: 'Mark a file or directory as a dataset',
      body: 'json',
      parameters: [
        { name: 'rootFileId', in: 'body', text: 'required' },
        { name: 'protectionFlags', in: 'body', text: 'an empty list: protection is not offered' },
      ],
      handle: async (call) => await create(deps, call),
    },
    {
      ...shared,
      method: 'GET',
      path: '/datasets/{did}',
      operationId: 'get_dataset',
      summary: 'Get a dataset',
      body: 'none',
      handle: async (call) => json((await deps.files.datasets.describe([await requireDataset(deps, call, 'view')]))[0]),
    },
    {
      ...shared,
      method: 'PATCH',
      path: '/datasets/{did}',
      operationId: 'update_dataset',
      summary: 'Detach a dataset from its file, or attach it again',
      body: 'json',
      parameters: [{ name: 'state', in: 'body', text: '`attached` or `detached`' }],
      handle: async (call) => await change(deps, call),
    },
    {
      ...shared,
      method: 'DELETE',
      path: '/datasets/{did}',
      operationId: 'remove_dataset',
      summary: 'Remove a dataset; its file stays as it is',
      body: 'none',
      handle: async (call) => {
        need(await deps.files.datasets.remove((await requireDataset(deps, call, 'manage')).id));
        return noContent;
      },
    },
    {
      ...shared,
      method: 'GET',
      path: '/datasets/{did}/children',
      operationId: 'list_child_datasets',
      summary: 'List the datasets directly below a dataset, in the same state',
      body: 'none',
      parameters: pages,
      handle: async (call) => {
        const wanted = pageOf(providerData(call.query, { optional: pageFields }));
        const { id, spaceId, state } = await requireDataset(deps, call, 'view');
        return json(await page(deps, wanted, { spaceId, state, parentId: id }));
      },
    },
    {
      ...shared,
      method: 'GET',
      path: '/spaces/{sid}/datasets',
      operationId: 'list_space_top_datasets',
      summary: 'List the datasets of a space that lie in no other one',
      body: 'none',
      parameters: [{ name: 'state', in: 'query', text: '`attached` (default) or `detached`' }, ...pages],
      handle: async (call) => {
        const spaceId = call.param('sid');
        const { state = 'attached', ...rest } = providerData(call.query, { optional: { ...pageFields, state: enumField(states) } });
        const wanted = pageOf(rest);
        await allow(deps, call, { spaceId, gri: `op_space.${spaceId}.datasets:private`, use: 'view' });
        return json(await page(deps, wanted, { spaceId, state, parentId: null }));
      },
    },
    {
      ...shared,
      method: 'GET',
      path: '/data/{id}/dataset/summary',
      operationId: 'get_file_dataset_summary',
      summary: 'Get the dataset of a file and those of the directories above, nearest first',
      body: 'none',
      handle: async (call) => json(await deps.files.datasets.summary(await requireFile(deps, call, 'read'))),
    },
  ];
}
