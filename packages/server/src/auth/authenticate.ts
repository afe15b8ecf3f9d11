import { makeError } from '@laneway/model';
import type { Presentation } from '@laneway/engine';
import type { ServerDeps } from '../deps.ts';
import { guest, unauthorized, type Identity } from './identity.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

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
    sessionId: null,
  };
}

/** Guest, user or job; refuses with `unauthorized` and the precise error of the token (rest R20, R21). */
export async function authenticate(deps: Pick<ServerDeps, 'registry' | 'jobTokens'>, credentials: Credentials): Promise<Identity> {
  const token = presentedToken(credentials.headers);
  return token === null ? guest : await identityOfToken(deps, token, credentials);
}

async function identityOfToken(
  deps: Pick<ServerDeps, 'registry' | 'jobTokens'>,
  token: string,
  credentials: Credentials,
): Promise<Identity> {
  if (token === '') throw unauthorized(makeError('badToken'));
  const job = await deps.jobTokens.verify(token);
  if (job !== null) {
    if (!job.ok) throw unauthorized(job.error);
    return { kind: 'job', grant: job.value };
  }
  const verified = await deps.registry.tokens.verify(token, presentationOf(credentials));
  if (!verified.ok) throw unauthorized(verified.error);
  const { account, token: reference, caveats, nowSeconds } = verified.value;
  // Only users act here (rest R25).
  if (account === null) throw unauthorized(makeError('tokenSubjectInvalid'));
  return { kind: 'user', account, credential: { kind: 'token', token: reference }, caveats, nowSeconds };
}
