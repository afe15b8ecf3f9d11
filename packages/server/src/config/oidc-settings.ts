/** The settings of an identity provider: all of them, or none. */
import { ConfigError, isLoopback } from './config-error.ts';
import type { SettingReader } from './options.ts';

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  /** The one address to which the provider sends the browser back. */
  readonly redirectUrl: string;
  /** Whether people without an account get one. */
  readonly signUp: boolean;
  /** What access tokens of the provider begin with when they are presented here; null = they are no credentials. */
  readonly tokenPrefix: string | null;
}

/** Throws ConfigError. */
export function oidcSettings(read: SettingReader): OidcSettings | null {
  const issuer = read('oidcIssuer') as string | null;
  const clientId = read('oidcClientId') as string | null;
  const redirectUrl = read('oidcRedirectUrl') as string | null;
  const tokenPrefix = read('oidcTokenPrefix') as string | null;
  if (issuer === null && clientId === null && redirectUrl === null) {
    if (tokenPrefix !== null) throw new ConfigError('oidcTokenPrefix needs oidcIssuer, oidcClientId and oidcRedirectUrl');
    return null;
  }
  if (issuer === null || clientId === null || redirectUrl === null)
    throw new ConfigError('oidcIssuer, oidcClientId and oidcRedirectUrl belong together');
  if (!isProtected(issuer)) throw new ConfigError('oidcIssuer has to be an https URL');
  if (!isProtected(redirectUrl) || !redirectUrl.endsWith('/api/v3/onezone/session/oidc/callback'))
    throw new ConfigError('oidcRedirectUrl has to be an https URL that ends with /api/v3/onezone/session/oidc/callback');
  // Our own tokens are letters and digits, so a text with the prefix is never one of them.
  if (tokenPrefix !== null && !/^[\w.:/~+-]{1,63}[.:/~+_-]$/.test(tokenPrefix))
    throw new ConfigError('oidcTokenPrefix has to be a short text such as "example:", whose last character is one of . : / ~ + _ -');
  const clientSecret = read('oidcClientSecret') as string | null;
  return { issuer, clientId, redirectUrl, clientSecret, signUp: read('oidcSignUp') as boolean, tokenPrefix };
}

/** Nobody can listen in, or only who is on this machine. */
function isProtected(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''))));
}
