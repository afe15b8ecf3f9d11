/** Issuing and verifying tokens (rest §2.2–2.4). */
import { makeError, newId, ok, refuse, type ErrorObject, type Result, type SessionToken } from '@laneway/model';
import type { Database } from '../persistence/sql.ts';
import { readCredentials } from '../persistence/sql/credentials.ts';
import { listEffectiveMemberships } from '../persistence/sql/effective-memberships.ts';
import type { AddressData } from './address-data.ts';
import { caveatHolds, kindMayCarry, type TokenContext } from './caveat-context.ts';
import { caveatFromJson, caveatFromText, caveatToText, type ApiInterface, type Caveat } from './caveats.ts';
import { addCaveats, mintMacaroon, signatureMatches } from './macaroon.ts';
import { decodeToken, encodeToken, tokenIdentifier, type DecodedToken, type TokenIdentity, type TokenSubject } from './token-text.ts';
import { inviteOf, inviteTypeName, kindOf, type InviteCode, type TokenTypeText } from './token-types.ts';
import type { Account, MemberRef, NamedToken } from './types.ts';

/** Where, by whom and through what a token is presented. */
export interface Presentation {
  readonly peerIp: string | null;
  /** The handling service, such as `opw-<id>`; a service token takes its place (rest R22). */
  readonly service: string | null;
  readonly interface: ApiInterface | null;
  readonly serviceToken: string | null;
  readonly consumerToken: string | null;
  /** Who presents it where that is known without a consumer token, as `consumersOf` names them; their groups count as well. */
  readonly consumers: readonly string[];
  /** Whether caveats of data access are accepted, to be checked per operation (rest R23). */
  readonly dataAccess: boolean;
  /** Only what the token itself says counts, as for one who has not come to its place of use yet. */
  readonly anywhere?: true;
}

/** What a token is needed for; `code` null = an invite token of any kind. */
export type Expected = { readonly kind: 'access' | 'identity' } | { readonly kind: 'invite'; readonly code: InviteCode | null };

export interface VerifiedToken {
  readonly subject: TokenSubject;
  /** null for subjects that are not users. */
  readonly account: Account | null;
  readonly token: SessionToken;
  readonly typeText: TokenTypeText;
  readonly caveats: readonly Caveat[];
  readonly nowSeconds: number;
}

type Credentials = Awaited<ReturnType<typeof readCredentials.run>>;

export class Tokens {
  readonly #database: Database;
  readonly #location: string;
  #addresses: AddressData | null = null;

  /** `location`: the domain written into new tokens. */
  constructor(database: Database, location: string) {
    this.#database = database;
    this.#location = location;
  }

  /** What the caveats `asn` and `geo.*` are decided by; without it they never hold. */
  useAddresses(addresses: AddressData): void {
    this.#addresses = addresses;
  }

  /** Text of a named token of a subject; the same for every call. */
  namedTokenText(token: NamedToken, subjectType: TokenSubject['type'] = 'user'): string {
    const subject = { type: subjectType, id: token.userId };
    return this.#text(tokenIdentifier({ subject, id: token.id, typeText: token.type, generation: null }), token.secret, token.caveats);
  }

  async temporaryTokenText(subject: TokenSubject, typeText: TokenTypeText, caveats: readonly unknown[]): Promise<string> {
    const { generation, generationSecret } = await this.#database.call(readCredentials, { tokenId: null, subject });
    return this.#text(tokenIdentifier({ subject, id: newId(), typeText, generation }), generationSecret, caveats);
  }

  #text(identifier: string, secret: string, caveats: readonly unknown[]): string {
    const texts = caveats.map((json) => {
      const caveat = caveatFromJson(json);
      // One that an other version has let in is not left out: nobody verifies a token that says this.
      return caveat === null ? 'unknown' : caveatToText(caveat);
    });
    return encodeToken(addCaveats(mintMacaroon({ location: this.#location, identifier, secret }), texts));
  }

  /** The checks of rest §2.3 in their order; the error is the one that goes into `authError`. */
  async verify(text: string, presentation: Presentation, expected: Expected = { kind: 'access' }): Promise<Result<VerifiedToken>> {
    const decoded = decodeToken(text);
    if (!decoded.ok) return decoded;
    const service = await this.#service(presentation);
    if (!service.ok) return service;
    const consumers = await this.#consumers(presentation);
    if (!consumers.ok) return consumers;
    const wrongType = typeError(decoded.value, expected);
    if (wrongType !== null) return refuse(wrongType);
    const { identity } = decoded.value;
    const tokenId = identity.persistence.kind === 'named' ? identity.id : null;
    const credentials = await this.#database.call(readCredentials, { tokenId, subject: identity.subject });
    const context: TokenContext = {
      nowSeconds: credentials.nowSeconds,
      peerIp: presentation.peerIp,
      peer: presentation.peerIp === null ? null : (this.#addresses?.find(presentation.peerIp) ?? null),
      service: service.value,
      interface: presentation.interface,
      consumers: await this.#withGroups(consumers.value, decoded.value.macaroon.caveats),
      dataAccess: presentation.dataAccess,
      anywhere: presentation.anywhere === true,
    };
    return this.#verdict(decoded.value, { credentials, context, expected });
  }

  /** Rows 5 to 12. */
  #verdict(
    { identity, macaroon }: DecodedToken,
    known: {
      readonly credentials: Credentials;
      readonly context: TokenContext;
      readonly expected: Expected;
    },
  ): Result<VerifiedToken> {
    const { token, account, isSubject, generationSecret, nowSeconds } = known.credentials;
    const unknown = standingError(identity, known.credentials);
    if (unknown !== null) return refuse(unknown);
    const caveats = checkCaveats(macaroon.caveats, known.context, known.expected, identity);
    if (!caveats.ok) return caveats;
    // The location is no part of the chain, but nobody else's tokens are accepted either.
    const isOurs = macaroon.location === this.#location && signatureMatches(macaroon, token?.secret ?? generationSecret);
    if (!isOurs) return refuse(makeError('tokenInvalid'));
    // Sessions are never presented beside a token, so one that is bound to a session is good nowhere.
    const isBound = 'accessToken' in identity.type && identity.type.accessToken.sessionId !== undefined;
    if (isBound) return refuse(makeError('tokenSessionInvalid'));
    if (!isSubject) return refuse(makeError('tokenSubjectInvalid'));
    if (account?.blocked === true) return refuse(makeError('userBlocked'));
    const generation = identity.persistence.kind === 'named' ? null : identity.persistence.generation;
    return ok({
      subject: identity.subject ?? { type: 'user', id: token?.userId ?? '' },
      account,
      token: { id: identity.id, generation },
      typeText: identity.typeText,
      caveats: caveats.value,
      nowSeconds,
    });
  }

  /** Row 2: whose service acts (rest R22). */
  async #service(presentation: Presentation): Promise<Result<string | null>> {
    const { serviceToken } = presentation;
    if (serviceToken === null) return ok(presentation.service);
    const verified = await this.#verifyCompanion(serviceToken, presentation);
    if (!verified.ok) return refuse(makeError('badServiceToken', { tokenError: verified.error }));
    const { subject } = verified.value;
    if (subject.type !== 'oneprovider') return refuse(makeError('badServiceToken', { tokenError: makeError('tokenSubjectInvalid') }));
    return ok(`${serviceToken.startsWith('opp-') ? 'opp' : 'opw'}-${subject.id}`);
  }

  /** Row 3: who presents the token. */
  async #consumers(presentation: Presentation): Promise<Result<readonly string[]>> {
    const { consumerToken } = presentation;
    if (consumerToken === null) return ok(presentation.consumers);
    const verified = await this.#verifyCompanion(consumerToken, presentation);
    if (!verified.ok) return refuse(makeError('badConsumerToken', { tokenError: verified.error }));
    return ok(consumersOf(verified.value.subject));
  }

  /** A group is a consumer as each of those who belong to it (rest §2.4, R99); looked up only where a caveat names groups. */
  async #withGroups(consumers: readonly string[], caveats: readonly string[]): Promise<readonly string[]> {
    if (!caveats.some((text) => /^consumer = (.*\|)?grp-/s.test(text))) return consumers;
    const members = consumers.filter((name) => /^(usr|grp)-/.test(name)).map((name) => name.slice(4));
    const groups = await Promise.all(
      members.map(async (memberId) => await this.#database.call(listEffectiveMemberships, { memberId, containerType: 'group' })),
    );
    return [...consumers, ...groups.flat().map((group) => `grp-${group.containerId}`)];
  }

  async #verifyCompanion(text: string, presentation: Presentation): Promise<Result<VerifiedToken>> {
    const alone = { ...presentation, serviceToken: null, consumerToken: null, consumers: [], dataAccess: false };
    return await this.verify(text, alone, { kind: 'identity' });
  }
}

const consumerPrefixes = { user: 'usr', group: 'grp', oneprovider: 'prv' } as const;

/** The name by which a consumer caveat lists a subject. */
export function consumersOf(subject: TokenSubject | MemberRef): readonly string[] {
  return [`${consumerPrefixes[subject.type]}-${subject.id}`];
}

/** Row 4. An access token counts as an identity token when its scope says that it proves no more. */
function typeError({ identity, macaroon }: DecodedToken, expected: Expected): ErrorObject | null {
  const received = identity.type;
  const kind = kindOf(received);
  switch (expected.kind) {
    case 'access':
      return kind === 'access' ? null : makeError('notAnAccessToken', { received });
    case 'identity': {
      const isScoped = kind === 'access' && macaroon.caveats.includes(caveatToText({ scope: 'identityToken' }));
      return kind === 'identity' || isScoped ? null : makeError('notAnIdentityToken', { received });
    }
    case 'invite':
      return inviteError(identity, expected.code);
  }
}

/** `notAnInviteToken` unless it is one of the kind. */
export function inviteError(identity: TokenIdentity, code: InviteCode | null): ErrorObject | null {
  const invite = inviteOf(identity.typeText);
  if (invite !== null && (code === null || code === invite.code)) return null;
  return makeError('notAnInviteToken', { expectedInviteType: code === null ? 'any' : inviteTypeName(code), received: identity.type });
}

/** Rows 5 to 7. */
function standingError(identity: TokenIdentity, credentials: Credentials): ErrorObject | null {
  const { token, generation, isSubject } = credentials;
  if (identity.persistence.kind === 'named') {
    if (token === null) return makeError('tokenInvalid');
    if (token.revoked) return makeError('tokenRevoked');
    const isIssuer = identity.subject === null || token.userId === identity.subject.id;
    return isIssuer && isSubject ? null : makeError('tokenSubjectInvalid');
  }
  if (!isSubject) return makeError('tokenSubjectInvalid');
  if (identity.persistence.generation > generation) return makeError('tokenInvalid');
  return identity.persistence.generation < generation ? makeError('tokenRevoked') : null;
}

/** Every caveat is known before any is checked (rest §2.3 rows 8 and 9). */
function checkCaveats(
  texts: readonly string[],
  context: TokenContext,
  expected: Expected,
  identity: TokenIdentity,
): Result<readonly Caveat[]> {
  const caveats: Caveat[] = [];
  for (const text of texts) {
    const caveat = caveatFromText(text);
    if (caveat === null) return refuse(makeError('tokenCaveatUnknown', { caveat: text }));
    caveats.push(caveat);
  }
  const kind = kindOf(identity.type);
  const isMet = (caveat: Caveat): boolean => {
    if ('scope' in caveat) return kind === 'access' && expected.kind === 'identity';
    return kindMayCarry(kind, caveat) && caveatHolds(caveat, context);
  };
  const unmet = caveats.find((caveat) => !isMet(caveat));
  return unmet === undefined ? ok(caveats) : refuse(makeError('tokenCaveatUnverified', { caveat: unmet }));
}

/** The second from which on a time caveat fails; null = none does. */
export function validUntil(caveats: readonly Caveat[]): number | null {
  const ends = caveats.flatMap((caveat) => ('type' in caveat && caveat.type === 'time' ? [caveat.validUntil] : []));
  return ends.length === 0 ? null : Math.min(...ends);
}
