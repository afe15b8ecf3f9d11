import { zone } from './containers.ts';
import { gather } from './gather.ts';
import { idPath, type Transport } from './transport.ts';

export interface TokenDetails {
  readonly id: string;
  readonly name: string;
  readonly type: Readonly<Record<string, unknown>>;
  readonly caveats: readonly unknown[];
  readonly revoked: boolean;
  readonly token: string;
  /** `creationTime` in seconds; invitations also have what they give and how often they were used. */
  readonly metadata: { readonly creationTime: number } & Readonly<Record<string, unknown>>;
}

export interface NewToken {
  readonly name: string;
  /** `{accessToken: {}}` when absent; also `{identityToken: {}}` and `{inviteToken: {inviteType, spaceId | atmInventoryId | groupId}}` (rest §2.2). */
  readonly type?: Readonly<Record<string, unknown>>;
  readonly caveats?: readonly unknown[];
  readonly customMetadata?: Readonly<Record<string, unknown>>;
  readonly revoked?: boolean;
  /** Of invitations: how often it can be used, and what who joins may do there. */
  readonly usageLimit?: number;
  readonly privileges?: readonly string[];
}

/** Whose tokens: the caller's, or for administrators (`oz_tokens_manage`) those of a user or of the provider. */
export type TokenOwner = 'self' | { readonly userId: string } | { readonly providerId: string };

/** Making, finding and ending tokens (rest §8.8). What can be asked about a token is in `TokenVerificationApi`. */
export class TokensApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** `badValueIdentifierOccupied` for a name that is taken, `badValueCaveat` for a caveat that is none (rest R131). */
  async create(token: NewToken, owner: TokenOwner = 'self'): Promise<{ readonly tokenId: string; readonly token: string }> {
    return await this.#transport.json('POST', `${pathOf(owner)}/named`, { body: token });
  }

  /** It needs a time caveat, of a week at most: `tokenTimeCaveatRequired` (rest R132). */
  async createTemporary(token: Pick<NewToken, 'type' | 'caveats'>, owner: TokenOwner = 'self'): Promise<{ readonly token: string }> {
    return await this.#transport.json('POST', `${pathOf(owner)}/temporary`, { body: token });
  }

  /** Ids of the named tokens. */
  async ids(owner: TokenOwner = 'self'): Promise<readonly string[]> {
    return (await this.#transport.json<{ tokens: readonly string[] }>('GET', `${pathOf(owner)}/named`)).tokens;
  }

  /** Ids of all named tokens of the server; `forbidden` without `oz_tokens_manage`. */
  async all(): Promise<readonly string[]> {
    return (await this.#transport.json<{ tokens: readonly string[] }>('GET', `${zone}/tokens/named`)).tokens;
  }

  /** The caller's named tokens; one request for the list and one for each. */
  async own(): Promise<readonly TokenDetails[]> {
    return await gather(await this.ids(), async (id) => await this.get(id));
  }

  /** For its owner and for who manages tokens. */
  async get(tokenId: string): Promise<TokenDetails> {
    return await this.#transport.json('GET', zone + idPath`/tokens/named/${tokenId}`);
  }

  /** `notFound` when no token of the owner has that name. */
  async byName(name: string, owner: TokenOwner = 'self'): Promise<TokenDetails> {
    return await this.#transport.json('GET', pathOf(owner) + idPath`/named/name/${name}`);
  }

  /** Changes what is named, one thing at least. */
  async update(
    tokenId: string,
    change: { readonly name?: string; readonly revoked?: boolean; readonly customMetadata?: Readonly<Record<string, unknown>> },
  ): Promise<void> {
    await this.#transport.call('PATCH', zone + idPath`/tokens/named/${tokenId}`, { body: change });
  }

  /** A revoked token is refused, and what it started is interrupted; it can be made good again. */
  async setRevoked(tokenId: string, revoked: boolean): Promise<void> {
    await this.update(tokenId, { revoked });
  }

  /** Whether a named token is revoked; anybody who is logged in may ask. */
  async isRevoked(tokenId: string): Promise<boolean> {
    return (await this.#transport.json<{ revoked: boolean }>('GET', zone + idPath`/tokens/named/${tokenId}/status`)).revoked;
  }

  /** A deleted token is useless for good. */
  async delete(tokenId: string): Promise<void> {
    await this.#transport.call('DELETE', zone + idPath`/tokens/named/${tokenId}`);
  }

  /** All named tokens of the owner, also the one that asks. */
  async deleteAll(owner: TokenOwner = 'self'): Promise<void> {
    await this.#transport.call('DELETE', `${pathOf(owner)}/named`);
  }

  /** Makes all temporary tokens useless. */
  async revokeTemporary(owner: Exclude<TokenOwner, { readonly providerId: string }> = 'self'): Promise<void> {
    await this.#transport.call('DELETE', `${pathOf(owner)}/temporary`);
  }

  /** How often that was done, counted from 1: temporary tokens of earlier generations are useless. */
  async temporaryGeneration(owner: Exclude<TokenOwner, { readonly providerId: string }> = 'self'): Promise<number> {
    return (await this.#transport.json<{ generation: number }>('GET', `${pathOf(owner)}/temporary`)).generation;
  }
}

function pathOf(owner: TokenOwner): string {
  if (owner === 'self') return `${zone}/user/tokens`;
  return zone + ('userId' in owner ? idPath`/users/${owner.userId}/tokens` : idPath`/providers/${owner.providerId}/tokens`);
}
