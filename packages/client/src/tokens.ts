import { idPath, type Transport } from './transport.ts';

const base = '/api/v3/onezone';

export interface TokenDetails {
  readonly id: string;
  readonly name: string;
  readonly type: Readonly<Record<string, unknown>>;
  readonly caveats: readonly unknown[];
  readonly revoked: boolean;
  readonly token: string;
  readonly metadata: { readonly creationTime: number } & Readonly<Record<string, unknown>>;
}

interface NewToken {
  readonly name: string;
  readonly type?: Readonly<Record<string, unknown>>;
  readonly caveats?: readonly unknown[];
  readonly usageLimit?: number;
  readonly privileges?: readonly string[];
}

/** Tokens of the caller, and what anybody can ask about a token (rest §8.8). */
export class TokensApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async create(token: NewToken): Promise<{ readonly tokenId: string; readonly token: string }> {
    return await this.#transport.json('POST', `${base}/user/tokens/named`, { body: token });
  }

  /** It needs a time caveat (rest R132). */
  async createTemporary(token: Pick<NewToken, 'type' | 'caveats'>): Promise<{ readonly token: string }> {
    return await this.#transport.json('POST', `${base}/user/tokens/temporary`, { body: token });
  }

  async own(): Promise<readonly TokenDetails[]> {
    const { tokens } = await this.#transport.json<{ tokens: readonly string[] }>('GET', `${base}/user/tokens/named`);
    return await Promise.all(tokens.map(async (id) => await this.get(id)));
  }

  async get(tokenId: string): Promise<TokenDetails> {
    return await this.#transport.json('GET', base + idPath`/tokens/named/${tokenId}`);
  }

  async byName(name: string): Promise<TokenDetails> {
    return await this.#transport.json('GET', base + idPath`/user/tokens/named/name/${name}`);
  }

  async setRevoked(tokenId: string, revoked: boolean): Promise<void> {
    await this.#transport.call('PATCH', base + idPath`/tokens/named/${tokenId}`, { body: { revoked } });
  }

  async delete(tokenId: string): Promise<void> {
    await this.#transport.call('DELETE', base + idPath`/tokens/named/${tokenId}`);
  }

  async revokeTemporary(): Promise<void> {
    await this.#transport.call('DELETE', `${base}/user/tokens/temporary`);
  }

  /** What the token says of itself; whether it is good is another question. */
  async examine(token: string): Promise<Readonly<Record<string, unknown>>> {
    return await this.#transport.json('POST', `${base}/tokens/examine`, { body: { token } });
  }

  /** The same token with more caveats. */
  async confine(token: string, caveats: readonly unknown[]): Promise<string> {
    const answer = await this.#transport.json<{ token: string }>('POST', `${base}/tokens/confine`, { body: { token, caveats } });
    return answer.token;
  }
}
