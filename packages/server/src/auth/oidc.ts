/** An OpenID Connect provider: logins by authorization code with PKCE, state and nonce, whose signatures are checked; whose tokens are whose. */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  skipSubjectCheck,
  type Configuration,
} from 'openid-client';
import type { OidcSettings } from '../config/oidc-settings.ts';

/** What of a login has to be known again when its answer comes. */
export interface OidcSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Whom the provider vouches for. */
export interface OidcPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string | null;
  /** Only when the provider has verified it. */
  readonly email: string | null;
}

/** How long what the provider says of itself is taken as true. */
const discoveryMs = 3_600_000;
const timeoutSec = 10;

/** By which the provider says that a token is not good. */
const rejections: readonly unknown[] = [400, 401, 403];

export class OidcProvider {
  readonly settings: OidcSettings;
  #known: { readonly configuration: Promise<Configuration>; readonly until: number } | null = null;

  constructor(settings: OidcSettings) {
    this.settings = settings;
  }

  /** Where the browser has to go, and what to remember meanwhile. Rejects when the provider cannot be reached. */
  async begin(): Promise<OidcSecrets & { readonly url: string }> {
    const configuration = await this.#configuration();
    const secrets = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.settings.redirectUrl,
      scope: 'openid profile email',
      code_challenge: await calculatePKCECodeChallenge(secrets.verifier),
      code_challenge_method: 'S256',
      state: secrets.state,
      nonce: secrets.nonce,
    });
    return { ...secrets, url: url.href };
  }

  /** Rejects unless the answer is one to this login, and its token is signed by the provider, for us, and good now. */
  async finish(query: string, { state, nonce, verifier }: OidcSecrets): Promise<OidcPerson> {
    const address = new URL(this.settings.redirectUrl);
    address.search = query;
    const tokens = await authorizationCodeGrant(await this.#configuration(), address, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('the provider has sent no identity');
    return personOf(claims.iss, claims.sub, claims);
  }

  get idp(): string {
    return this.settings.issuer;
  }

  /** Whose access token it is; null = the provider rejects it. Rejects when the provider cannot be asked. */
  async personOf(accessToken: string): Promise<OidcPerson | null> {
    const configuration = await this.#configuration();
    try {
      const claims = await fetchUserInfo(configuration, accessToken, skipSubjectCheck);
      return personOf(configuration.serverMetadata().issuer, claims.sub, claims);
    } catch (error) {
      if (rejections.includes(statusOf(error))) return null;
      throw error;
    }
  }

  /** A discovery that failed is tried again by the next login. */
  async #configuration(): Promise<Configuration> {
    const known = this.#known;
    if (known !== null && performance.now() < known.until) return await known.configuration;
    const { issuer, clientId, clientSecret } = this.settings;
    const url = new URL(issuer);
    const execute = [enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [allowInsecureRequests] : [])];
    const configuration = discovery(url, clientId, clientSecret ?? undefined, undefined, { execute, timeout: timeoutSec });
    const attempt = { configuration, until: performance.now() + discoveryMs };
    this.#known = attempt;
    try {
      return await configuration;
    } catch (error) {
      if (this.#known === attempt) this.#known = null;
      throw error;
    }
  }
}

function personOf(issuer: string, subject: string, claims: Readonly<Record<string, unknown>>): OidcPerson {
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const email = claims['email_verified'] === true ? text(claims['email']) : null;
  return { issuer, subject, name: text(claims['name']) ?? text(claims['preferred_username']), email };
}

/** Of the answer that an error tells of. */
function statusOf(error: unknown): unknown {
  if (!(error instanceof Error)) return null;
  if (error.cause instanceof Response) return error.cause.status;
  return 'status' in error ? error.status : null;
}
