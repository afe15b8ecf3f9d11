import { zone } from './containers.ts';
import { idPath, type Transport } from './transport.ts';

/** Deprecated by the contract: access tokens of the caller without names and caveats (rest R136). */
export class ClientTokensApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The text of a new one. */
  async create(): Promise<string> {
    return (await this.#transport.json<{ token: string }>('POST', `${zone}/user/client_tokens`, {})).token;
  }

  /** The texts of all access tokens. */
  async all(): Promise<readonly string[]> {
    return (await this.#transport.json<{ tokens: readonly string[] }>('GET', `${zone}/user/client_tokens`)).tokens;
  }

  /** By its id or its text. */
  async delete(token: string): Promise<void> {
    await this.#transport.call('DELETE', zone + idPath`/user/client_tokens/${token}`);
  }
}
