/** What data an access token reaches (rest §8.8 infer_access_token_scope). */
import { validUntil, type Caveat } from '@laneway/engine';
import type { ServerDeps } from '../deps.ts';
import { need } from '../http/refusal.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The token is read as one who means to use it would: what depends on where it is used – address, interface,
 * service – is no obstacle here, so only those caveats count that narrow the data.
 */
export async function inferScope(deps: ServerDeps, token: string, consumerToken: string | null): Promise<Json> {
  const verified = await deps.registry.tokens.verify(token, {
    peerIp: null,
    service: `opw-${deps.providerId}`,
    interface: 'oneclient',
    serviceToken: null,
    consumerToken,
    consumers: [],
    dataAccess: true,
    anywhere: true,
  });
  const { caveats, subject } = need(verified);
  return { validUntil: validUntil(caveats), dataAccessScope: await dataAccessScope(deps, subject.id, caveats) };
}

async function dataAccessScope(deps: ServerDeps, userId: string, caveats: readonly Caveat[]): Promise<Json> {
  const readonly = caveats.some((caveat) => 'type' in caveat && caveat.type === 'data.readonly');
  const member = (await deps.registry.spacesOf(userId)).map((membership) => membership.spaceId);
  const reached = await reachedSpaces(deps, member, caveats);
  const spaces = await deps.spaces.list(reached);
  const supports = (spaceReadonly: boolean): Json => ({ [deps.providerId]: { readonly: readonly || spaceReadonly } });
  return {
    readonly,
    spaces: Object.fromEntries(spaces.map((space) => [space.id, { name: space.name, supports: supports(space.readonly) }])),
    providers: spaces.length === 0 ? {} : { [deps.providerId]: { name: 'laneway', version: deps.version, online: true } },
  };
}

/** Those of the spaces that every caveat on paths and objects leaves something of. */
export async function reachedSpaces(deps: ServerDeps, spaceIds: readonly string[], caveats: readonly Caveat[]): Promise<readonly string[]> {
  let reached = spaceIds;
  for (const caveat of caveats) {
    if (!('type' in caveat)) continue;
    if (caveat.type === 'data.path') {
      const named = new Set(caveat.whitelist.map((path) => Buffer.from(path, 'base64').toString('utf8').split('/')[1] ?? ''));
      reached = named.has('') ? reached : reached.filter((spaceId) => named.has(spaceId));
    }
    if (caveat.type === 'data.objectid') {
      const files = await deps.files.resolveMany(caveat.whitelist);
      const holding = new Set([...files.values()].map((file) => file.spaceId));
      reached = reached.filter((spaceId) => holding.has(spaceId));
    }
  }
  return reached;
}
