import { zone } from './containers.ts';
import type { Transport } from './transport.ts';

export interface TokenVerdict {
  readonly subject: { readonly type: string; readonly id: string };
  /** Seconds; null: without an end. */
  readonly ttl: number | null;
}

/** A token, and the circumstances in which it would be used; what is not told counts as absent. */
interface TokenQuestion {
  readonly token: string;
  readonly peerIp?: string;
  readonly interface?: string;
  readonly serviceToken?: string;
  readonly consumerToken?: string;
  readonly allowDataAccessCaveats?: boolean;
}

/**
 * What anybody who holds a token can ask about it (rest §8.8). Tokens that are not good are refused with what is wrong with them – `tokenRevoked`,
 * `tokenCaveatUnverified`, … – and status 400 (rest R133); texts that are no tokens with `badValueToken` (rest R134).
 */
export class TokenVerificationApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** What the token says of itself; whether it is good is another question. */
  async examine(token: string): Promise<Readonly<Record<string, unknown>>> {
    return await this.#transport.json('POST', `${zone}/tokens/examine`, { body: { token } });
  }

  /** The same token with more caveats; nothing is asked of the server that only it knows (rest R135). */
  async confine(token: string, caveats: readonly unknown[]): Promise<string> {
    const answer = await this.#transport.json<{ token: string }>('POST', `${zone}/tokens/confine`, { body: { token, caveats } });
    return answer.token;
  }

  /** Whose access token it is, when it is good. */
  async verifyAccess(question: TokenQuestion): Promise<TokenVerdict> {
    return await this.#transport.json('POST', `${zone}/tokens/verify_access_token`, { body: question });
  }

  /** Whom an identity token proves, when it is good. */
  async verifyIdentity(question: Pick<TokenQuestion, 'token' | 'peerIp' | 'interface' | 'consumerToken'>): Promise<TokenVerdict> {
    return await this.#transport.json('POST', `${zone}/tokens/verify_identity_token`, { body: question });
  }

  /** Who invites, when the token is good and of the expected type (`userJoinSpace`, …) if one is named. */
  async verifyInvite(
    question: Pick<TokenQuestion, 'token' | 'peerIp' | 'consumerToken'> & { readonly expectedInviteType?: string },
  ): Promise<TokenVerdict> {
    return await this.#transport.json('POST', `${zone}/tokens/verify_invite_token`, { body: question });
  }

  /** Until when (seconds; null: without an end) and for what data an access token is good. */
  async inferScope(
    question: Pick<TokenQuestion, 'token' | 'consumerToken'>,
  ): Promise<{ readonly validUntil: number | null; readonly dataAccessScope: unknown }> {
    return await this.#transport.json('POST', `${zone}/tokens/infer_access_token_scope`, { body: question });
  }
}
