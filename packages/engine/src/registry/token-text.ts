/** The text form of tokens and what their identifiers say (rest §2.2). */
import { makeError, ok, refuse, type Result } from '@laneway/model';
import { decodeMacaroon, encodeMacaroon, type Macaroon } from './macaroon.ts';
import { idText, typeOfText, type TokenType, type TokenTypeText } from './token-types.ts';

export const maxTokenLength = 1_048_576;

export interface TokenSubject {
  readonly type: 'user' | 'oneprovider';
  readonly id: string;
}

export interface TokenIdentity {
  readonly persistence: { readonly kind: 'named' } | { readonly kind: 'temporary'; readonly generation: number };
  /** null when the token does not name its subject (legacy identifiers). */
  readonly subject: TokenSubject | null;
  readonly type: TokenType;
  readonly typeText: TokenTypeText;
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

/** The bytes of a text that is written in the one way that we write them: no two texts are the same token. */
function base64Bytes(plain: string): Buffer | null {
  const bytes = Buffer.from(plain, 'base64url');
  return bytes.toString('base64url') === plain ? bytes : null;
}

export function tokenIdentifier(params: {
  readonly subject: TokenSubject;
  readonly id: string;
  readonly typeText: TokenTypeText;
  /** null = named. */
  readonly generation: number | null;
}): string {
  const persistence = params.generation === null ? 'nmd' : `tmp-${params.generation}`;
  const subject = `${params.subject.type === 'user' ? 'usr' : 'prv'}-${params.subject.id}`;
  return `2/${persistence}/${subject}/${params.typeText}/${params.id}`;
}

function parseIdentifier(text: string): TokenIdentity | null {
  const parts = text.split('/');
  if (parts.length === 1) {
    const legacy = { persistence: { kind: 'named' }, subject: null, type: { accessToken: {} }, typeText: 'act', id: text } as const;
    return idText.test(text) ? legacy : null;
  }
  const [version, persistence = '', subject = '', typeText = '', id = ''] = parts;
  const type = typeOfText(typeText);
  const subjectType = subject.startsWith('usr-') ? 'user' : subject.startsWith('prv-') ? 'oneprovider' : null;
  const generation = /^tmp-(\d{1,9})$/.exec(persistence)?.[1];
  if (version !== '2' || parts.length !== 5 || type === null || subjectType === null) return null;
  if (!idText.test(id) || !idText.test(subject.slice(4))) return null;
  if (persistence !== 'nmd' && generation === undefined) return null;
  return {
    persistence: generation === undefined ? { kind: 'named' } : { kind: 'temporary', generation: Number(generation) },
    subject: { type: subjectType, id: subject.slice(4) },
    type,
    typeText,
    id,
  };
}

/** First step of every verification: `tokenTooLarge`, `badToken`, or the token's parts (rest §2.3 row 1). */
export function decodeToken(text: string): Result<DecodedToken> {
  if (text.length > maxTokenLength) return refuse(makeError('tokenTooLarge', { limit: maxTokenLength }));
  const prefix = /^op[wp]-/.exec(text)?.[0] ?? '';
  const plain = unescapeToken(text.slice(prefix.length));
  const bytes = plain === null || plain === '' ? null : base64Bytes(plain);
  const macaroon = bytes === null ? null : decodeMacaroon(bytes);
  const identity = macaroon === null ? null : parseIdentifier(macaroon.identifier);
  if (macaroon === null || identity === null) return refuse(makeError('badToken'));
  // The prefix says which service of a provider speaks; nobody else has services (rest §2.2).
  if (prefix !== '' && identity.subject?.type !== 'oneprovider') return refuse(makeError('badToken'));
  return ok({ macaroon, identity });
}
