/** A small OpenID Connect provider on this machine; what it gets wrong is the test's choice. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface IdPerson {
  readonly sub: string;
  readonly name?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
}

interface Grant {
  readonly person: IdPerson;
  readonly challenge: string;
  readonly redirectUri: string;
  readonly nonce: string;
}

export const clientId = 'laneway';
export const clientSecret = 'the secret of the client';

export class IdentityProvider {
  readonly #server: Server;
  readonly #grants = new Map<string, Grant>();
  readonly #key = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly #otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  /** Claims that replace the right ones. */
  claims: Readonly<Record<string, unknown>> = {};
  signsWithOtherKey = false;
  isAway = false;
  /** Access token → whose it is. */
  readonly accessTokens = new Map<string, IdPerson>();
  /** How often it was asked whose a token is. */
  userinfos = 0;
  discoveries = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      void (async () => {
        const { status, body } = await this.#answer(request);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      })();
    });
  }

  static async start(): Promise<IdentityProvider> {
    const provider = new IdentityProvider();
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The person agrees at the address to which the browser was sent; gives the query with which it goes back. */
  agree(address: string, person: IdPerson): string {
    const asked = new URL(address).searchParams;
    const get = (name: string): string => asked.get(name) ?? '';
    if (get('client_id') !== clientId || get('response_type') !== 'code' || get('code_challenge_method') !== 'S256')
      throw new Error(address);
    const code = randomBytes(16).toString('hex');
    this.#grants.set(code, { person, challenge: get('code_challenge'), redirectUri: get('redirect_uri'), nonce: get('nonce') });
    return new URLSearchParams({ code, state: get('state'), iss: this.issuer }).toString();
  }

  async #answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: unknown }> {
    if (this.isAway) return { status: 503, body: {} };
    switch (request.url ?? '') {
      case '/.well-known/openid-configuration':
        this.discoveries += 1;
        return { status: 200, body: this.#description() };
      case '/jwks':
        return {
          status: 200,
          body: { keys: [{ ...this.#key.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
        };
      case '/userinfo':
        return this.#userinfo(request.headers.authorization ?? '');
      case '/token':
        return this.#token(new URLSearchParams(await bodyOf(request)), request.headers.authorization ?? '');
      default:
        return { status: 404, body: {} };
    }
  }

  #description(): object {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      authorization_response_iss_parameter_supported: true,
    };
  }

  #userinfo(authorization: string): { readonly status: number; readonly body: unknown } {
    this.userinfos += 1;
    const person = this.accessTokens.get(authorization.replace('Bearer ', ''));
    return person === undefined ? { status: 401, body: { error: 'invalid_token' } } : { status: 200, body: person };
  }

  #token(asked: URLSearchParams, authorization: string): { readonly status: number; readonly body: unknown } {
    const code = asked.get('code') ?? '';
    const grant = this.#grants.get(code);
    // A code is good once.
    this.#grants.delete(code);
    const basic = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
    const isClient =
      asked.get('client_secret') === clientSecret || decodeURIComponent(basic.replaceAll('+', ' ')) === `${clientId}:${clientSecret}`;
    const challenge = createHash('sha256')
      .update(asked.get('code_verifier') ?? '')
      .digest('base64url');
    if (!isClient) return { status: 401, body: { error: 'invalid_client' } };
    if (grant === undefined || grant.challenge !== challenge || grant.redirectUri !== asked.get('redirect_uri'))
      return { status: 400, body: { error: 'invalid_grant' } };
    return { status: 200, body: { access_token: 'unused', token_type: 'Bearer', expires_in: 60, id_token: this.#idToken(grant) } };
  }

  #idToken({ person, nonce }: Grant): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.issuer, aud: clientId, iat: now, exp: now + 60, nonce, ...person, ...this.claims };
    const text = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${text({ alg: 'RS256', kid: 'one' })}.${text(claims)}`;
    const key: KeyObject = this.signsWithOtherKey ? this.#otherKey : this.#key.privateKey;
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
