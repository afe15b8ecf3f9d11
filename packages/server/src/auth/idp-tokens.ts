/**
 * Access tokens of the identity provider as credentials: `<prefix><token>` (rest §2.3 row 1a). The provider is asked whose they are.
 *
 * 1. What it said is remembered for a moment, by a digest of the token: one question for many requests. So a token that it took back goes
 *    on for at most that long; whether the account is blocked or unlinked is looked at each time.
 * 2. A token that it rejected is remembered as well. That it could not be asked is not.
 * 3. Anybody can send anything that begins like such a token: no more than a few questions are under way, nor many answers remembered.
 */
import { createHash } from 'node:crypto';
import { makeError, ok, refuse, type Result } from '@laneway/model';
import type { OidcPerson } from './oidc.ts';

/** What is asked; its rejection means that there was no answer. */
export interface IdpQuestions {
  readonly idp: string;
  /** null = the provider rejects the token. */
  personOf(accessToken: string): Promise<OidcPerson | null>;
}

export interface IdpTokensParts {
  readonly prefix: string;
  readonly provider: IdpQuestions;
  readonly nowMs: () => number;
  /** Told why there was no answer. */
  readonly failed: (error: unknown) => void;
  /** How many questions are under way at most. */
  readonly maxQuestions?: number;
}

const rememberMs = 30_000;
const maxRemembered = 10_000;

interface Remembered {
  readonly answer: Promise<OidcPerson | null>;
  readonly untilMs: number;
}

export class IdpTokens {
  readonly #parts: IdpTokensParts;
  readonly #remembered = new Map<string, Remembered>();
  #questions = 0;

  constructor(parts: IdpTokensParts) {
    this.#parts = parts;
  }

  /** Whether the text is meant for this provider. */
  isMeant(text: string): boolean {
    return text.startsWith(this.#parts.prefix) && text.length > this.#parts.prefix.length;
  }

  /** Whom the provider vouches for; `badIdpAccessToken`, or why it could not be asked (as rest R26). */
  async verify(text: string): Promise<Result<OidcPerson>> {
    const { idp } = this.#parts.provider;
    const token = text.slice(this.#parts.prefix.length);
    const known = this.#answer(createHash('sha256').update(token).digest('base64'), token);
    if (known === null) return refuse(makeError('temporaryFailure'));
    try {
      const person = await known;
      return person === null ? refuse(makeError('badIdpAccessToken', { idp })) : ok(person);
    } catch (error) {
      this.#parts.failed(error);
      return refuse(makeError('externalServiceOperationFailed', { serviceName: idp }));
    }
  }

  /** null = too many others are being asked for. */
  #answer(digest: string, token: string): Promise<OidcPerson | null> | null {
    const nowMs = this.#parts.nowMs();
    const known = this.#remembered.get(digest);
    if (known !== undefined && nowMs < known.untilMs) return known.answer;
    if (this.#questions >= (this.#parts.maxQuestions ?? 16)) return null;
    this.#questions += 1;
    const remembered = { answer: this.#ask(digest, token), untilMs: nowMs + rememberMs };
    this.#remembered.delete(digest);
    this.#remembered.set(digest, remembered);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > maxRemembered && oldest !== undefined) this.#remembered.delete(oldest);
    return remembered.answer;
  }

  async #ask(digest: string, token: string): Promise<OidcPerson | null> {
    try {
      return await this.#parts.provider.personOf(token);
    } catch (error) {
      this.#remembered.delete(digest);
      throw error;
    } finally {
      this.#questions -= 1;
    }
  }
}
