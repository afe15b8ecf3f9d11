/** Sessions of the web console (extension, design §9). */
import { isDataCaveat, validUntil } from '@laneway/engine';
import { makeError, textField, type SessionToken } from '@laneway/model';
import { requireUser, unauthorized } from '../auth/identity.ts';
import { closingCookies, isOwnOrigin, openingCookies } from '../auth/session-cookie.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { json, noContent, type Call, type Route } from '../http/route.ts';
import { requireZoneUser } from './access.ts';

const prefix = '/api/v3/onezone';
const path = '/session';

interface Login {
  readonly userId: string;
  readonly token: SessionToken | null;
  readonly lastsMs: number;
}

/** Who has just shown a password, or a token that reaches everything until it ends. */
async function login(deps: ServerDeps, call: Call): Promise<Login> {
  const { settings, registry } = deps;
  if (call.identity.kind === 'user' && call.identity.credential.kind === 'token') {
    const { account, caveats, credential, nowSeconds } = call.identity;
    // A session would be more than a token that is confined.
    const narrow = caveats.find((caveat) => isDataCaveat(caveat) || !('type' in caveat) || caveat.type !== 'time');
    if (narrow !== undefined) throw unauthorized(makeError('tokenCaveatUnverified', { caveat: narrow }));
    const end = validUntil(caveats);
    const left = end === null ? Number.POSITIVE_INFINITY : (end - nowSeconds) * 1000;
    return { userId: account.id, token: credential.token, lastsMs: Math.min(settings.sessionMaxMs, left) };
  }
  const { username, password } = zoneData(call.body, { required: { username: textField(), password: textField() } });
  if (!settings.basicAuth) throw unauthorized(makeError('basicAuthNotSupported'));
  const verified = await registry.passwords.verify({ username, password, address: call.request.ip });
  if (!verified.ok) throw unauthorized(verified.error);
  return { userId: verified.value.account.id, token: null, lastsMs: settings.sessionMaxMs };
}

/** Opens a session for this browser, whatever it held before. */
export async function openSession(
  deps: ServerDeps,
  call: Call,
  { userId, token, lastsMs }: Login,
): Promise<Readonly<Record<string, unknown>>> {
  const opened = await deps.registry.sessions.open({ userId, token, lastsMs });
  call.reply.header('set-cookie', openingCookies(opened, call.baseUrl, lastsMs));
  return { userId, csrfToken: opened.csrfToken, expiresAt: Math.floor(opened.expiresAt / 1000) };
}

export function sessionRoutes(deps: ServerDeps): Route[] {
  return [
    {
      prefix,
      method: 'POST',
      path,
      operationId: 'open_session',
      summary: 'Log this browser in, with a password or with a token in its header',
      body: 'json',
      extension: true,
      freshLogin: true,
      parameters: [{ name: 'username, password', in: 'body', text: 'required unless a token is presented' }],
      handle: async (call) => {
        if (!isOwnOrigin(call.request)) throw unauthorized(null);
        return json(await openSession(deps, call, await login(deps, call)));
      },
    },
    {
      prefix,
      method: 'GET',
      path,
      operationId: 'get_session',
      summary: 'Learn who is logged in',
      body: 'none',
      extension: true,
      handle: async (call) => {
        const { account, credential } = requireZoneUser(call, 'user.self.instance:private');
        return json({ userId: account.id, fullName: account.fullName, by: credential.kind });
      },
    },
    {
      prefix,
      method: 'DELETE',
      path,
      operationId: 'close_session',
      summary: 'Log this browser out',
      body: 'none',
      extension: true,
      handle: async (call) => {
        const { credential } = requireUser(call.identity);
        if (credential.kind === 'session') await deps.registry.sessions.close(credential.sessionId);
        call.reply.header('set-cookie', closingCookies(call.baseUrl));
        return noContent;
      },
    },
  ];
}
