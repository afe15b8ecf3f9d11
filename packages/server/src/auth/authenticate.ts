import { makeError } from '@laneway/model';
import type { Registry } from '@laneway/engine';
import { guest, unauthorized, type Identity, type JobTokenVerifier } from './identity.ts';

export interface Credentials {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly peerIp: string | null;
  readonly services: readonly string[];
}

/** The highest-priority header decides; lower ones are not tried when it fails (rest R19). */
export function presentedToken(headers: Credentials['headers']): string | null {
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : value?.[0];
  };
  const xAuthToken = header('x-auth-token');
  if (xAuthToken !== undefined) return xAuthToken;
  const authorization = header('authorization');
  if (authorization?.startsWith('Bearer ') === true) return authorization.slice('Bearer '.length);
  return header('macaroon') ?? null;
}

/** Guest, user or job; refuses with `unauthorized` and the precise error of the token (rest R20, R21). */
export async function authenticate(registry: Registry, jobTokens: JobTokenVerifier, credentials: Credentials): Promise<Identity> {
  const token = presentedToken(credentials.headers);
  if (token === null) return guest;
  if (token === '') throw unauthorized(makeError('badToken'));
  const job = await jobTokens.verify(token);
  if (job !== null) {
    if (!job.ok) throw unauthorized(job.error);
    return { kind: 'job', grant: job.value };
  }
  const { peerIp, services } = credentials;
  const verified = await registry.tokens.verify(token, { peerIp, services });
  if (!verified.ok) throw unauthorized(verified.error);
  return { kind: 'user', ...verified.value };
}
