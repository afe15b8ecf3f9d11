/** Deprecated: access tokens without names and caveats, shown as texts (rest R136). */
import { decodeToken } from '@laneway/engine';
import { newId } from '@laneway/model';
import { notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { need } from '../http/refusal.ts';
import { json, noContent, type Call, type Route } from '../http/route.ts';
import { requireZoneUser } from './access.ts';

const prefix = '/api/v3/onezone';
/** Tokens like the others: whoever may only read what users are does not read the texts of their tokens (rest R34). */
const gri = 'token.null.user_named_tokens:private';

export function clientTokenRoutes({ registry }: ServerDeps): Route[] {
  const own = (call: Call): string => requireZoneUser(call, gri).account.id;
  const path = '/user/client_tokens';
  return [
    {
      prefix,
      method: 'POST',
      path,
      operationId: 'create_client_token',
      summary: 'Deprecated: create an access token',
      body: 'ignored',
      handle: async (call) => {
        const request = { name: `client token ${newId()}`, type: 'act', caveats: [], customMetadata: {}, revoked: false } as const;
        return json({ token: need(await registry.createNamedToken(own(call), request)).token });
      },
    },
    {
      prefix,
      method: 'GET',
      path,
      operationId: 'list_client_tokens',
      summary: 'Deprecated: list own access tokens',
      body: 'none',
      handle: async (call) => {
        const tokens = (await registry.namedTokensOf(own(call))).filter((token) => token.type === 'act');
        return json({ tokens: tokens.map((token) => registry.tokens.namedTokenText(token)) });
      },
    },
    {
      prefix,
      method: 'DELETE',
      path: `${path}/{tid}`,
      operationId: 'delete_client_token',
      summary: 'Deprecated: delete an own access token, named by its id or its text',
      body: 'none',
      handle: async (call) => {
        const userId = own(call);
        const decoded = decodeToken(call.param('tid'));
        const token = await registry.namedToken(decoded.ok ? decoded.value.identity.id : call.param('tid'));
        if (token === null || token.userId !== userId) throw notFound();
        await registry.deleteNamedToken(token.id);
        return noContent;
      },
    },
  ];
}
