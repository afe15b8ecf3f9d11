/**
 * Settings of `serve`: one table from which variables, file keys, checks and defaults follow; docs/configuration.md explains them.
 * Raw settings are texts or JSON values as given; compiled ones are checked and in fixed units.
 */
import { availableParallelism } from 'node:os';

/** Kinds of values and how they are read from text. */
export type OptionKind =
  | { readonly kind: 'text' }
  | { readonly kind: 'flag' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'map' };

export interface OptionSpec {
  readonly type: OptionKind;
  /** null = not set. */
  readonly fallback: string | number | boolean | null | Readonly<Record<string, string>>;
}

const cores = availableParallelism();
const text = { kind: 'text' } as const;
const flag = { kind: 'flag' } as const;
const integer = (min: number, max: number): OptionKind => ({ kind: 'integer', min, max });
const mebibyte = 1024 * 1024;
const day = 86_400;
/** Ten years. */
const maxRetention = 3650 * day;

export const serveOptions = {
  dataDir: { type: text, fallback: 'laneway-data' },
  databaseUrl: { type: text, fallback: null },
  host: { type: text, fallback: '127.0.0.1' },
  port: { type: integer(0, 65_535), fallback: 8080 },
  httpsPort: { type: integer(0, 65_535), fallback: null },
  tlsCert: { type: text, fallback: null },
  tlsKey: { type: text, fallback: null },
  tlsSelfSigned: { type: flag, fallback: false },
  publicUrl: { type: text, fallback: null },
  trustProxy: { type: flag, fallback: false },
  logLevel: {
    type: { kind: 'word', words: ['debug', 'info', 'warn', 'error', 'silent'] },
    fallback: 'info',
  },
  logFormat: { type: { kind: 'word', words: ['pretty', 'json'] }, fallback: 'pretty' },
  demo: { type: flag, fallback: true },
  lambdas: { type: text, fallback: null },
  sandbox: { type: { kind: 'word', words: ['auto', 'required', 'off'] }, fallback: null },
  metricsToken: { type: text, fallback: null },
  addressData: { type: text, fallback: null },
  basicAuth: { type: flag, fallback: true },
  oidcIssuer: { type: text, fallback: null },
  oidcClientId: { type: text, fallback: null },
  oidcClientSecret: { type: text, fallback: null },
  oidcRedirectUrl: { type: text, fallback: null },
  oidcTokenPrefix: { type: text, fallback: null },
  oidcSignUp: { type: flag, fallback: false },
  sessionMaxSec: { type: integer(60, maxRetention), fallback: 7 * day },
  sessionIdleSec: { type: integer(60, maxRetention), fallback: day / 2 },
  cancelGraceSec: { type: integer(0, 3600), fallback: 10 },
  drainSec: { type: integer(0, 86_400), fallback: 30 },
  jobTimeoutSec: { type: integer(1, 604_800), fallback: 1800 },
  leaseSec: { type: integer(3, 300), fallback: 6 },
  jobsPerTask: { type: integer(1, 10_000), fallback: cores },
  jobsPerNode: { type: integer(1, 10_000), fallback: 4 * cores },
  executionsPerSpace: { type: integer(1, 1_000_000), fallback: null },
  runtimeCheckIntervalSec: { type: integer(1, 86_400), fallback: 60 },
  runtimeCheckGraceAttempts: { type: integer(0, 1000), fallback: 5 },
  maxItemBytes: { type: integer(1024, 1024 * mebibyte), fallback: 16 * mebibyte },
  bodyLimitBytes: { type: integer(1024, 1024 * mebibyte), fallback: 64 * mebibyte },
  requestsPerSec: { type: integer(0, 1_000_000), fallback: null },
  requestBurst: { type: integer(1, 10_000_000), fallback: 2000 },
  slowClientSec: { type: integer(30, 86_400), fallback: 300 },
  notify: { type: flag, fallback: true },
  callbackRetries: { type: integer(0, 1000), fallback: 30 },
  callbackFirstDelayMs: { type: integer(1, 3_600_000), fallback: 2000 },
  callbackMaxDelaySec: { type: integer(1, 604_800), fallback: 7200 },
  callbackNetworks: { type: text, fallback: null },
  suspendedRetentionSec: { type: integer(1, maxRetention), fallback: 30 * day },
  endedRetentionSec: { type: integer(1, maxRetention), fallback: 15 * day },
  garbageCollectionIntervalSec: { type: integer(1, 86_400), fallback: 3600 },
  idempotencyRetentionSec: { type: integer(1, maxRetention), fallback: day },
  bulkRetentionSec: { type: integer(1, maxRetention), fallback: 7 * day },
  auditRetentionSec: { type: integer(1, maxRetention), fallback: 365 * day },
  uploadRetentionSec: { type: integer(1, maxRetention), fallback: 6 * 3600 },
  uploadsPerUser: { type: integer(1, 1_000_000), fallback: 1000 },
  uploadBytesPerUser: { type: integer(mebibyte, 1024 ** 3 * mebibyte), fallback: 10 * 1024 * mebibyte },
  bulkMembersPerSec: { type: integer(1, 10_000), fallback: 100 },
  lambdaMappings: { type: { kind: 'map' }, fallback: {} },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type OptionName = keyof typeof serveOptions;

/** Settings by their names, each of the kind that its option says. */
export type SettingReader = (name: OptionName) => unknown;

/** `dataDir` → `LANEWAY_DATA_DIR`. */
export function variableName(name: OptionName): string {
  return `LANEWAY_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
