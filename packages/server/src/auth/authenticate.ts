import { makeError } from '@laneway/model';
import type { Presentation } from '@laneway/engine';
import type { ServerDeps } from '../deps.ts';
import { guest, unauthorized, type Identity } from './identity.ts';
import { accountOfPerson, noAccount } from './idp-accounts.ts';
import type { IdpTokens } from './idp-tokens.ts';

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Credentials {
  readonly headers: Headers;
  readonly peerIp: string | null;
  /** The service that is asked, such as `opw-<id>`. */
  readonly service: string;
}

export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** The highest-priority header decides; lower ones are not tried when it fails (rest R19). */
export function presentedToken(headers: Headers): string | null {
  const xAuthToken = headerOf(headers, 'x-auth-token');
  if (xAuthToken !== undefined) return xAuthToken;
  const authorization = headerOf(headers, 'authorization');
  if (authorization?.startsWith('Bearer ') === true) return authorization.slice('Bearer '.length);
  return headerOf(headers, 'macaroon') ?? null;
}

/** Username and password of HTTP Basic; a text that is none has an empty name (rest §2.1). */
function basicCredentials(headers: Headers): { readonly username: string; readonly password: string } | null {
  const authorization = headerOf(headers, 'authorization');
  if (authorization?.startsWith('Basic ') !== true) return null;
  const text = Buffer.from(authorization.slice('Basic '.length), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? { username: '', password: '' } : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** How a token comes over REST, with the tokens that accompany it (rest R22, R23). Services are told on Onezone only. */
export function presentationOf({ headers, peerIp, service }: Credentials): Presentation {
  return {
    peerIp,
    service,
    interface: 'rest',
    serviceToken: service.startsWith('ozw-') ? (headerOf(headers, 'x-onedata-service-token') ?? null) : null,
    consumerToken: headerOf(headers, 'x-onedata-consumer-token') ?? null,
    consumers: [],
    dataAccess: true,
  };
}

type Deps = Pick<ServerDeps, 'registry' | 'jobTokens' | 'settings' | 'oidc' | 'idpTokens'>;

/** Guest, user or job; refuses with `unauthorized` and the precise error of what was presented (rest R20, R21). */
export async function authenticate(deps: Deps, credentials: Credentials): Promise<Identity> {
  const token = presentedToken(credentials.headers);
  if (token !== null) return await identityOfToken(deps, token, credentials);
  const basic = credentials.service.startsWith('ozw-') ? basicCredentials(credentials.headers) : null;
  return basic === null ? guest : await identityOfPassword(deps, basic, credentials.peerIp);
}

async function identityOfPassword(
  deps: Deps,
  basic: { readonly username: string; readonly password: string },
  address: string | null,
): Promise<Identity> {
  if (!deps.settings.basicAuth) throw unauthorized(makeError('basicAuthNotSupported'));
  const verified = await deps.registry.passwords.verify({ ...basic, address });
  if (!verified.ok) throw unauthorized(verified.error);
  const { account, nowMs } = verified.value;
  return { kind: 'user', account, credential: { kind: 'password' }, caveats: [], nowSeconds: Math.floor(nowMs / 1000) };
}

async function identityOfToken(deps: Deps, token: string, credentials: Credentials): Promise<Identity> {
  if (token === '') throw unauthorized(makeError('badToken'));
  const job = await deps.jobTokens.verify(token);
  if (job !== null) {
    if (!job.ok) throw unauthorized(job.error);
    return { kind: 'job', grant: job.value };
  }
  const verified = await deps.registry.tokens.verify(token, presentationOf(credentials));
  if (!verified.ok) {
    const { idpTokens } = deps;
    const isForIdp = verified.error.id === 'badToken' && credentials.service.startsWith('ozw-') && idpTokens?.isMeant(token) === true;
    if (isForIdp) return await identityOfIdpToken(deps, idpTokens, token);
    throw unauthorized(verified.error);
  }
  const { account, token: reference, caveats, nowSeconds } = verified.value;
  // Only users act here (rest R25).
  if (account === null) throw unauthorized(makeError('tokenSubjectInvalid'));
  return { kind: 'user', account, credential: { kind: 'token', token: reference }, caveats, nowSeconds };
}

/** Who has a token of the identity provider; as after a login there, with `oidcSignUp` also who was never here (rest §2.3 row 1a). */
async function identityOfIdpToken(deps: Deps, idpTokens: IdpTokens, text: string): Promise<Identity> {
  const verified = await idpTokens.verify(text);
  if (!verified.ok) throw unauthorized(verified.error);
  const found = await accountOfPerson(deps.registry, verified.value, deps.oidc?.settings.signUp === true);
  if (found === null) throw unauthorized(noAccount);
  const { account, nowSeconds } = found;
  if (account.blocked) throw unauthorized(makeError('userBlocked'));
  return { kind: 'user', account, credential: { kind: 'idp' }, caveats: [], nowSeconds };
}
