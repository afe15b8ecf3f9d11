/** What the HTTP server works with; put together in compose.ts. */
import type {
  ExecutionExtensions,
  ExecutionService,
  Files,
  LambdaReport,
  LambdaRuntime,
  PodActivity,
  Registry,
  Spaces,
  StoreService,
} from '@laneway/engine';
import type { Logger } from 'pino';
import type { JobTokenVerifier } from './auth/identity.ts';
import type { IdpTokens } from './auth/idp-tokens.ts';
import type { OidcProvider } from './auth/oidc.ts';
import type { RequestRate } from './auth/request-rate.ts';
import type { Metrics } from './metrics.ts';

export interface ServerDeps {
  readonly registry: Registry;
  readonly executions: ExecutionService;
  readonly extensions: ExecutionExtensions;
  readonly stores: StoreService;
  readonly files: Files;
  readonly spaces: Spaces;
  readonly jobTokens: JobTokenVerifier;
  readonly lambdas: LambdaCatalogueView;
  /** Where people can log in besides here; null = nowhere. */
  readonly oidc: OidcProvider | null;
  readonly metrics: Metrics;
  /** Tokens of that provider as credentials; null = they are none. */
  readonly idpTokens: IdpTokens | null;
  /** How many requests each token, session and account may send; null = any number. */
  readonly requestRate: RequestRate | null;
  readonly providerId: string;
  readonly version: string;
  readonly logger: Logger;
  readonly settings: HttpSettings;
}

/** The lambdas that this node runs by itself, and what running them meets here. */
export interface LambdaCatalogueView {
  list(): ReturnType<LambdaRuntime['list']>;
  report(): Promise<LambdaReport>;
  /** What runs lambdas on this node; null where the runtime cannot tell. */
  activity(): PodActivity | null;
}

export interface HttpSettings {
  readonly bodyLimitBytes: number;
  /** A client on whose connection nothing moves for so long is gone. */
  readonly slowClientMs: number;
  /** Answers to this token from anywhere; without one, only to loopback. */
  readonly metricsToken: string | null;
  /** Where clients reach us when that differs from the Host header. */
  readonly publicUrl: string | null;
  readonly trustProxy: boolean;
  /** Whether people may log in with passwords. */
  readonly basicAuth: boolean;
  /** How long the session of a browser lasts at most, how long without use, and when its secret is replaced. */
  readonly sessionMaxMs: number;
  readonly sessionIdleMs: number;
  readonly sessionRotateMs: number;
  readonly keepAliveMs: number;
  readonly progressIntervalMs: number;
  /** How often an event stream looks whether its user may still have it. */
  readonly accessIntervalMs: number;
  /** How long a request under way may hold up a server that closes – downloads, uploads and event streams do not – and a slow reader the end of a stream. */
  readonly closeGraceMs: number;
}
