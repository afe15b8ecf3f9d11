/** The text form of tokens and what their identifiers say (rest §2.2). */
import { makeError, ok, refuse, type Result } from '@laneway/model';
import { decodeMacaroon, encodeMacaroon, type Macaroon } from './macaroon.ts';

export const maxTokenLength = 1_048_576;

export type TokenType =
  | { readonly accessToken: { readonly sessionId?: string } }
  | { readonly identityToken: Readonly<Record<string, never>> }
  | { readonly inviteToken: Readonly<Record<string, unknown>> };

export interface TokenIdentity {
  readonly persistence: { readonly kind: 'named' } | { readonly kind: 'temporary'; readonly generation: number };
  /** null when the token does not name its subject (legacy identifiers). */
  readonly subject: { readonly type: 'user' | 'oneprovider'; readonly id: string } | null;
  readonly type: TokenType;
  readonly id: string;
}

export interface DecodedToken {
  readonly macaroon: Macaroon;
  readonly identity: TokenIdentity;
}

const escapes: Readonly<Record<string, string>> = { '0': '00', _: '01', '-': '02', '/': '03', '+': '04', '=': '05' };
const unescapes = new Map(Object.entries(escapes).map(([plain, escaped]) => [escaped, plain]));

/** Letters and digits only, so that a double click selects the whole token. */
export function encodeToken(macaroon: Macaroon): string {
  return encodeMacaroon(macaroon)
    .toString('base64url')
    .replace(/[0_/+=-]/g, (character) => escapes[character] ?? character);
}

function unescapeToken(text: string): string | null {
  if (!/^[A-Za-z0-9]*$/.test(text)) return null;
  let valid = true;
  const plain = text.replace(/0(.?)/g, (escaped) => {
    const character = unescapes.get(escaped);
    if (character === undefined) valid = false;
    return character ?? '';
  });
  return valid ? plain : null;
}

const inviteTypes: Readonly<Record<string, readonly [string, string]>> = {
  ujg: ['userJoinGroup', 'groupId'],
  gjg: ['groupJoinGroup', 'groupId'],
  ujs: ['userJoinSpace', 'spaceId'],
  gjs: ['groupJoinSpace', 'spaceId'],
  ssp: ['supportSpace', 'spaceId'],
  hjs: ['harvesterJoinSpace', 'spaceId'],
  rop: ['registerOneprovider', 'adminUserId'],
  ujc: ['userJoinCluster', 'clusterId'],
  gjc: ['groupJoinCluster', 'clusterId'],
  ujh: ['userJoinHarvester', 'harvesterId'],
  gjh: ['groupJoinHarvester', 'harvesterId'],
  sjh: ['spaceJoinHarvester', 'harvesterId'],
  uji: ['userJoinAtmInventory', 'atmInventoryId'],
  gji: ['groupJoinAtmInventory', 'atmInventoryId'],
};

function parseType(text: string): TokenType | null {
  if (text === 'act') return { accessToken: {} };
  if (text.startsWith('act:')) return { accessToken: { sessionId: text.slice(4) } };
  if (text === 'idn') return { identityToken: {} };
  const [code = '', target = ''] = text.split(':');
  const invite = Object.hasOwn(inviteTypes, code) ? inviteTypes[code] : undefined;
  return invite === undefined ? null : { inviteToken: { inviteType: invite[0], [invite[1]]: target, parameters: {} } };
}

/** Ids of tokens and subjects are looked up in text columns, which cannot hold every text. */
const idText = /^[\w-]+$/;

function parseIdentifier(text: string): TokenIdentity | null {
  const parts = text.split('/');
  if (parts.length === 1) {
    return idText.test(text) ? { persistence: { kind: 'named' }, subject: null, type: { accessToken: {} }, id: text } : null;
  }
  const [version, persistence = '', subject = '', typeText = '', id = ''] = parts;
  const type = parseType(typeText);
  const subjectType = subject.startsWith('usr-') ? 'user' : subject.startsWith('prv-') ? 'oneprovider' : null;
  const generation = /^tmp-(\d{1,9})$/.exec(persistence)?.[1];
  if (version !== '2' || parts.length !== 5 || type === null || subjectType === null) return null;
  if (!idText.test(id) || !idText.test(subject.slice(4))) return null;
  if (persistence !== 'nmd' && generation === undefined) return null;
  return {
    persistence: generation === undefined ? { kind: 'named' } : { kind: 'temporary', generation: Number(generation) },
    subject: { type: subjectType, id: subject.slice(4) },
    type,
    id,
  };
}

/** First step of every verification: `tokenTooLarge`, `badToken`, or the token's parts (rest §2.3 row 1). */
export function decodeToken(text: string): Result<DecodedToken> {
  if (text.length > maxTokenLength) return refuse(makeError('tokenTooLarge', { limit: maxTokenLength }));
  const plain = unescapeToken(text.replace(/^op[wp]-/, ''));
  const macaroon = plain === null || plain === '' ? null : decodeMacaroon(Buffer.from(plain, 'base64url'));
  const identity = macaroon === null ? null : parseIdentifier(macaroon.identifier);
  return macaroon === null || identity === null ? refuse(makeError('badToken')) : ok({ macaroon, identity });
}

/** Identifier of a new token of a user. */
export function tokenIdentifier(params: {
  readonly userId: string;
  readonly id: string;
  readonly type: 'act' | 'idn';
  readonly generation: number | null;
}): string {
  const persistence = params.generation === null ? 'nmd' : `tmp-${params.generation}`;
  return `2/${persistence}/usr-${params.userId}/${params.type}/${params.id}`;
}
