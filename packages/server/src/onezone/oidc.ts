/** Logging in and linking accounts at the identity provider of the configuration (extension, design §9). */
import { makeError, textField } from '@laneway/model';
import { forbidden, notFound, unauthorized } from '../auth/identity.ts';
import { accountOfPerson, noAccount } from '../auth/idp-accounts.ts';
import type { OidcPerson, OidcProvider } from '../auth/oidc.ts';
import { browserCookie, browserOf, isOwnOrigin } from '../auth/session-cookie.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { queryOf } from '../http/query.ts';
import { Refusal } from '../http/refusal.ts';
import { answered, json, noContent, type Answer, type Call, type Route } from '../http/route.ts';
import { requireZoneUser } from './access.ts';
import { openSession } from './sessions.ts';

const prefix = '/api/v3/onezone';
export const oidcCallbackPath = `${prefix}/session/oidc/callback`;

function provider(deps: ServerDeps): OidcProvider {
  if (deps.oidc === null) throw new Refusal(makeError('notSupported'));
  return deps.oidc;
}

/** Only places of this server: anything else could lead people to a page that looks like ours. In the characters that a header can hold. */
function placeHere(text: unknown): string {
  const isHere = typeof text === 'string' && /^\/(?![/\\])[^\s\\\p{Cc}\p{Cs}]*$/u.test(text);
  return isHere ? text.replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent) : '/';
}

/** Begins a login of this browser; `userId` links the account instead. Gives the address at the provider. */
async function begin(deps: ServerDeps, call: Call, params: { readonly returnTo: string; readonly userId: string | null }): Promise<string> {
  const { url, ...secrets } = await provider(deps)
    .begin()
    .catch((error: unknown) => failed(deps, error));
  const browser = browserCookie(call.baseUrl);
  await deps.registry.linkedAccounts.begin({ ...secrets, ...params, browser: browser.secret });
  call.reply.header('set-cookie', browser.cookie);
  return url;
}

/** The reason is for the operator; people learn that it did not work. */
function failed(deps: ServerDeps, error: unknown): never {
  const idp = deps.oidc?.settings.issuer ?? '';
  deps.logger.warn({ event: 'oidcLoginFailed', idp, err: error }, 'a login at the identity provider failed');
  throw unauthorized(makeError('badIdpAccessToken', { idp }));
}

async function finish(deps: ServerDeps, call: Call): Promise<Answer> {
  const idp = provider(deps);
  const query = queryOf(call.request.raw.url ?? '');
  const state = new URLSearchParams(query).get('state') ?? '';
  const browser = browserOf(call.request, call.baseUrl);
  const attempt = browser === null ? null : await deps.registry.linkedAccounts.take(state, browser);
  if (attempt === null) throw unauthorized(makeError('badData', { key: 'state', hint: 'this login was not begun here, or is over' }));
  const person = await idp.finish(query, attempt).catch((error: unknown) => failed(deps, error));
  if (attempt.userId === null) {
    const found = await accountOfPerson(deps.registry, person, idp.settings.signUp);
    if (found === null) throw new Refusal(noAccount);
    const { account } = found;
    if (account.blocked) throw unauthorized(makeError('userBlocked'));
    await openSession(deps, call, { userId: account.id, token: null, lastsMs: deps.settings.sessionMaxMs });
  } else await link(deps, attempt.userId, person);
  await call.reply.redirect(attempt.returnTo, 302);
  return answered;
}

async function link(deps: ServerDeps, userId: string, { issuer, subject, email }: OidcPerson): Promise<void> {
  const linked = await deps.registry.linkedAccounts.link(userId, { issuer, subject, email });
  if (linked === 'taken') throw new Refusal(makeError('alreadyExists'));
  if (linked === 'userGone') throw notFound();
}

export function oidcRoutes(deps: ServerDeps): Route[] {
  const extension = { prefix, extension: true } as const;
  return [
    {
      ...extension,
      method: 'GET',
      path: '/session/methods',
      operationId: 'list_login_methods',
      summary: 'Learn how people can log in',
      body: 'none',
      handle: async () => json({ password: deps.settings.basicAuth, oidc: deps.oidc?.settings.issuer ?? null }),
    },
    {
      ...extension,
      method: 'GET',
      path: '/session/oidc',
      operationId: 'begin_oidc_login',
      summary: 'Send this browser to the identity provider',
      body: 'none',
      freshLogin: true,
      parameters: [{ name: 'returnTo', in: 'query', text: 'path to go to afterwards; default /' }],
      handle: async (call) => {
        const url = await begin(deps, call, { returnTo: placeHere(call.query['returnTo']), userId: null });
        await call.reply.redirect(url, 302);
        return answered;
      },
    },
    {
      ...extension,
      method: 'GET',
      path: oidcCallbackPath.slice(prefix.length),
      operationId: 'finish_oidc_login',
      summary: 'Where the identity provider sends the browser back to',
      body: 'none',
      freshLogin: true,
      handle: async (call) => await finish(deps, call),
    },
    {
      ...extension,
      method: 'POST',
      path: '/user/linked_accounts',
      operationId: 'begin_linking_account',
      summary: 'Begin to link the own account at the identity provider; gives the address to go to',
      body: 'json',
      parameters: [{ name: 'returnTo', in: 'body', text: 'path to go to afterwards; default /' }],
      handle: async (call) => {
        const { account, credential } = requireZoneUser(call, 'user.self.linked_accounts:private');
        // In a browser, whose cookie the answer is bound to.
        if (credential.kind !== 'session' || !isOwnOrigin(call.request)) throw forbidden();
        const { returnTo } = zoneData(call.body, { optional: { returnTo: textField() } });
        return json({ url: await begin(deps, call, { returnTo: placeHere(returnTo), userId: account.id }) });
      },
    },
    {
      ...extension,
      method: 'DELETE',
      path: '/user/linked_accounts',
      operationId: 'unlink_account',
      summary: 'Unlink an own account at an identity provider',
      body: 'json',
      parameters: [{ name: 'idp, subjectId', in: 'body', text: 'required' }],
      handle: async (call) => {
        const { account, credential } = requireZoneUser(call, 'user.self.linked_accounts:private');
        const { idp, subjectId } = zoneData(call.body, { required: { idp: textField(), subjectId: textField() } });
        if (!(await deps.registry.linkedAccounts.unlink(account.id, idp, subjectId))) throw notFound();
        // Whoever came in by it is out.
        await deps.registry.sessions.closeOthers(account.id, credential.kind === 'session' ? credential.sessionId : null);
        return noContent;
      },
    },
  ];
}
