/** Issuing and verifying tokens (rest §2.2–2.4). */
import { makeError, newId, ok, refuse, type ErrorObject, type Result } from '@laneway/model';
import type { Database } from '../persistence/sql.ts';
import { readCredentials } from '../persistence/sql/registry-users.ts';
import { caveatFromJson, caveatFromText, caveatHolds, caveatToText, type Caveat, type TokenContext } from './caveats.ts';
import { addCaveats, mintMacaroon, signatureMatches } from './macaroon.ts';
import { decodeToken, encodeToken, tokenIdentifier, type TokenIdentity } from './token-text.ts';
import type { Account, NamedToken } from './types.ts';

export interface VerifiedToken {
  readonly account: Account;
  readonly tokenId: string;
  readonly caveats: readonly Caveat[];
  readonly nowSeconds: number;
}

/** Where the token is presented. */
export interface Presentation {
  readonly peerIp: string | null;
  /** Names of the handling service that a service caveat may list. */
  readonly services: readonly string[];
}

export class Tokens {
  readonly #database: Database;
  readonly #location: string;

  /** `location`: the domain written into new tokens. */
  constructor(database: Database, location: string) {
    this.#database = database;
    this.#location = location;
  }

  /** Text of a named token; the same for every call. */
  namedTokenText(token: NamedToken): string {
    const identifier = tokenIdentifier({ userId: token.userId, id: token.id, type: token.type, generation: null });
    return this.#text(identifier, token.secret, token.caveats);
  }

  async temporaryTokenText(userId: string, type: 'act' | 'idn', caveats: readonly unknown[]): Promise<string> {
    const credentials = await this.#database.call(readCredentials, { tokenId: null, userId });
    const identifier = tokenIdentifier({ userId, id: newId(), type, generation: credentials.generation });
    return this.#text(identifier, credentials.generationSecret, caveats);
  }

  #text(identifier: string, secret: string, caveats: readonly unknown[]): string {
    const texts = caveats
      .map(caveatFromJson)
      .filter((caveat) => caveat !== null)
      .map(caveatToText);
    return encodeToken(addCaveats(mintMacaroon({ location: this.#location, identifier, secret }), texts));
  }

  /** The checks of rest §2.3 in their order; the error is the one that goes into `authError`. */
  async verify(text: string, presentation: Presentation, expected: 'access' | 'identity' = 'access'): Promise<Result<VerifiedToken>> {
    const decoded = decodeToken(text);
    if (!decoded.ok) return decoded;
    const { identity, macaroon } = decoded.value;
    const wrongType = typeError(identity, expected);
    if (wrongType !== null) return refuse(wrongType);
    const named = identity.persistence.kind === 'named';
    const claimedUser = identity.subject?.type === 'user' ? identity.subject.id : null;
    const credentials = await this.#database.call(readCredentials, { tokenId: named ? identity.id : null, userId: claimedUser });
    const { token, account, generation, generationSecret, nowSeconds } = credentials;

    if (identity.persistence.kind === 'named') {
      if (token === null) return refuse(makeError('tokenInvalid'));
      if (token.revoked) return refuse(makeError('tokenRevoked'));
      if (identity.subject !== null && token.userId !== claimedUser) return refuse(makeError('tokenSubjectInvalid'));
    } else {
      if (account === null) return refuse(makeError('tokenSubjectInvalid'));
      if (identity.persistence.generation > generation) return refuse(makeError('tokenInvalid'));
      if (identity.persistence.generation < generation) return refuse(makeError('tokenRevoked'));
    }
    const checked = checkCaveats(macaroon.caveats, { ...presentation, nowSeconds }, expected);
    if (!checked.ok) return checked;
    if (!signatureMatches(macaroon, token?.secret ?? generationSecret)) return refuse(makeError('tokenInvalid'));
    if ('accessToken' in identity.type && identity.type.accessToken.sessionId !== undefined)
      return refuse(makeError('tokenSessionInvalid'));
    if (account === null) return refuse(makeError('tokenSubjectInvalid'));
    if (account.blocked) return refuse(makeError('userBlocked'));
    return ok({ account, tokenId: identity.id, caveats: checked.value, nowSeconds });
  }
}

function typeError(identity: TokenIdentity, expected: 'access' | 'identity'): ErrorObject | null {
  if (expected === 'access') return 'accessToken' in identity.type ? null : makeError('notAnAccessToken', { received: identity.type });
  return 'inviteToken' in identity.type ? makeError('notAnIdentityToken', { received: identity.type }) : null;
}

/** Every caveat is known before any is checked (rest §2.3 rows 8 and 9). */
function checkCaveats(texts: readonly string[], context: TokenContext, expected: 'access' | 'identity'): Result<readonly Caveat[]> {
  const caveats: Caveat[] = [];
  for (const text of texts) {
    const caveat = caveatFromText(text);
    if (caveat === null) return refuse(makeError('tokenCaveatUnknown', { caveat: text }));
    caveats.push(caveat);
  }
  const unmet = caveats.find((caveat) => !('scope' in caveat && expected === 'identity') && !caveatHolds(caveat, context));
  return unmet === undefined ? ok(caveats) : refuse(makeError('tokenCaveatUnverified', { caveat: unmet }));
}

/** Public properties of a token, as anybody who holds it can read them (rest §8.8 examine). */
export function examineToken(text: string): Result<Readonly<Record<string, unknown>>> {
  const decoded = decodeToken(text);
  if (!decoded.ok) return decoded;
  const { identity, macaroon } = decoded.value;
  return ok({
    onezoneDomain: macaroon.location,
    id: identity.id,
    persistence: identity.persistence.kind === 'named' ? 'named' : 'temporary',
    subject: identity.subject ?? { type: 'nobody', id: null },
    type: identity.type,
    caveats: macaroon.caveats.map((caveat) => caveatFromText(caveat) ?? { unknown: caveat }),
  });
}

/** The same token with more caveats; needs no secret (rest R135). */
export function confineToken(text: string, caveats: readonly Caveat[]): Result<string> {
  const decoded = decodeToken(text);
  return decoded.ok ? ok(encodeToken(addCaveats(decoded.value.macaroon, caveats.map(caveatToText)))) : decoded;
}
