/**
 * Sessions of browsers on their way in cookies. A cookie is sent by the browser whoever makes it send a request, so it counts
 * only where that was a page of ours: never beside a header with credentials, never for a request that the browser says another
 * origin has made, and for methods that change something only with the CSRF token of the session.
 */
import { randomBytes } from 'node:crypto';
import type { LiveSession, SessionLimits } from '@laneway/engine';
import { makeError } from '@laneway/model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerDeps } from '../deps.ts';
import { guest, unauthorized, type Identity } from './identity.ts';

export const csrfHeader = 'x-csrf-token';
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** The prefix makes browsers refuse the cookie from anything but HTTPS of this very host. */
function cookieNames(isSecure: boolean): { readonly session: string; readonly csrf: string } {
  const prefix = isSecure ? '__Host-' : '';
  return { session: `${prefix}laneway_session`, csrf: `${prefix}laneway_csrf` };
}

function cookieOf(request: FastifyRequest, name: string): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.filter((pair) => pair.startsWith(`${name}=`));
  // Two of one name: somebody else has set one of them.
  return found.length === 1 ? (found[0]?.slice(name.length + 1) ?? null) : null;
}

export function isSecure(baseUrl: string): boolean {
  return baseUrl.startsWith('https:');
}

/** What a page of ours sends; browsers that do not say so do not know better. */
export function isOwnOrigin(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}

export function sessionLimits({ settings }: Pick<ServerDeps, 'settings'>): SessionLimits {
  return { lastsMs: settings.sessionMaxMs, idleMs: settings.sessionIdleMs, rotateMs: settings.sessionRotateMs, graceMs: 60_000 };
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly baseUrl: string;
}

/** The user of the session cookie, or a guest; `tokenSessionInvalid` for a change without its CSRF token. */
export async function identityOfSession(deps: Pick<ServerDeps, 'registry' | 'settings'>, exchange: Exchange): Promise<Identity> {
  const { request, reply, baseUrl } = exchange;
  const { registry } = deps;
  const text = cookieOf(request, cookieNames(isSecure(baseUrl)).session);
  if (text === null || !isOwnOrigin(request)) return guest;
  const session = await registry.sessions.find(text, sessionLimits(deps));
  if (session === null) return guest;
  const { account, token, nowMs } = session;
  if (account.blocked) throw unauthorized(makeError('userBlocked'));
  if (token !== null && (await registry.sessionError(account.id, token)) !== null) {
    await registry.sessions.close(session.id);
    return guest;
  }
  if (!safeMethods.includes(request.method) && !hasCsrfToken(request, session)) throw unauthorized(makeError('tokenSessionInvalid'));
  if (session.renewed !== null) reply.header('set-cookie', sessionCookie(session.renewed, baseUrl, session.expiresAt - nowMs));
  const credential = { kind: 'session', sessionId: session.id, token } as const;
  return { kind: 'user', account, credential, caveats: [], nowSeconds: Math.floor(nowMs / 1000) };
}

function hasCsrfToken(request: FastifyRequest, session: LiveSession): boolean {
  const header = request.headers[csrfHeader];
  return typeof header === 'string' && session.isCsrfToken(header);
}

function cookie(name: string, value: string, attributes: readonly string[]): string {
  return [`${name}=${value}`, 'Path=/', 'SameSite=Strict', ...attributes].join('; ');
}

function lasting(baseUrl: string, ms: number): string[] {
  return [`Max-Age=${Math.max(0, Math.floor(ms / 1000))}`, ...(isSecure(baseUrl) ? ['Secure'] : [])];
}

function sessionCookie(text: string, baseUrl: string, ms: number): string {
  return cookie(cookieNames(isSecure(baseUrl)).session, text, [...lasting(baseUrl, ms), 'HttpOnly']);
}

/** The session, which scripts cannot read, and its CSRF token, which the page has to. */
export function openingCookies(opened: { readonly text: string; readonly csrfToken: string }, baseUrl: string, ms: number): string[] {
  const { csrf } = cookieNames(isSecure(baseUrl));
  return [sessionCookie(opened.text, baseUrl, ms), cookie(csrf, opened.csrfToken, lasting(baseUrl, ms))];
}

function browserCookieName(baseUrl: string): string {
  return `${isSecure(baseUrl) ? '__Host-' : ''}laneway_login`;
}

/** Binds a login at an identity provider to the browser that began it. Lax: the provider sends the browser back from another site. */
export function browserCookie(baseUrl: string): { readonly secret: string; readonly cookie: string } {
  const secret = randomBytes(32).toString('base64url');
  const attributes = ['Path=/', 'SameSite=Lax', ...lasting(baseUrl, 600_000), 'HttpOnly'];
  return { secret, cookie: [`${browserCookieName(baseUrl)}=${secret}`, ...attributes].join('; ') };
}

export function browserOf(request: FastifyRequest, baseUrl: string): string | null {
  return cookieOf(request, browserCookieName(baseUrl));
}

export function closingCookies(baseUrl: string): string[] {
  return openingCookies({ text: '', csrfToken: '' }, baseUrl, 0);
}
