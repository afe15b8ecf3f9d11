/**
 * Settings of `serve`: one table from which options, variables, file keys and defaults follow. Raw settings
 * are texts or JSON values as given; compiled ones are checked and in fixed units.
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
  readonly help: string;
  /** False: only as a variable or in the file. */
  readonly onCommandLine?: false;
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
  dataDir: { type: text, fallback: 'laneway-data', help: 'directory for the database, spaces and caches' },
  databaseUrl: { type: text, fallback: null, help: 'PostgreSQL URL; without one SQLite in the data directory' },
  host: { type: text, fallback: '127.0.0.1', help: 'address to listen on' },
  port: { type: integer(0, 65_535), fallback: 8080, help: 'port for HTTP; 0 takes a free one' },
  httpsPort: { type: integer(0, 65_535), fallback: null, help: 'port for HTTPS beside HTTP; 0 takes a free one' },
  tlsCert: { type: text, fallback: null, help: 'file with the certificate chain (PEM)' },
  tlsKey: { type: text, fallback: null, help: 'file with the private key (PEM)' },
  tlsSelfSigned: { type: flag, fallback: false, help: 'serve HTTPS with a certificate made at the start' },
  publicUrl: { type: text, fallback: null, help: 'URL under which clients reach the server, when it is not that of the Host header' },
  trustProxy: { type: flag, fallback: false, help: 'believe X-Forwarded headers' },
  logLevel: {
    type: { kind: 'word', words: ['debug', 'info', 'warn', 'error', 'silent'] },
    fallback: 'info',
    help: 'least severity that is logged',
  },
  logFormat: { type: { kind: 'word', words: ['pretty', 'json'] }, fallback: 'pretty', help: 'form of the log' },
  demo: { type: flag, fallback: true, help: 'create a demo in an empty database (--no-demo)' },
  lambdas: { type: text, fallback: null, help: 'folder of lambdas that wins over the built-in catalogue' },
  sandbox: { type: { kind: 'word', words: ['auto', 'required', 'off'] }, fallback: null, help: 'isolation of local lambdas' },
  metricsToken: { type: text, fallback: null, help: 'token for /metrics; without one only this machine may read it' },
  cancelGraceSec: { type: integer(0, 3600), fallback: 10, help: 'time a lambda has to end after a cancel' },
  drainSec: { type: integer(0, 86_400), fallback: 30, help: 'time that running jobs get when the server stops' },
  jobTimeoutSec: { type: integer(1, 604_800), fallback: 1800, help: 'time a job may be silent' },
  leaseSec: { type: integer(3, 300), fallback: 6, help: 'how long a silent node keeps its work' },
  jobsPerTask: { type: integer(1, 10_000), fallback: cores, help: 'jobs of one task at once on this node' },
  jobsPerNode: { type: integer(1, 10_000), fallback: 4 * cores, help: 'jobs at once on this node' },
  maxItemBytes: { type: integer(1024, 1024 * mebibyte), fallback: 16 * mebibyte, help: 'largest item of a store' },
  bodyLimitBytes: { type: integer(1024, 1024 * mebibyte), fallback: 64 * mebibyte, help: 'largest request body' },
  suspendedRetentionSec: { type: integer(1, maxRetention), fallback: 30 * day, help: 'how long suspended executions are kept' },
  endedRetentionSec: { type: integer(1, maxRetention), fallback: 15 * day, help: 'how long ended executions are kept' },
  garbageCollectionIntervalSec: { type: integer(1, 86_400), fallback: 3600, help: 'how often expired executions are looked for' },
  idempotencyRetentionSec: { type: integer(1, maxRetention), fallback: day, help: 'how long an Idempotency-Key is remembered' },
  bulkRetentionSec: { type: integer(1, maxRetention), fallback: 7 * day, help: 'how long results of bulk operations are kept' },
  bulkMembersPerSec: { type: integer(1, 10_000), fallback: 100, help: 'executions that bulk operations handle in a second on this node' },
  lambdaMappings: { type: { kind: 'map' }, fallback: {}, help: 'image → folder or URL of the lambda to use for it', onCommandLine: false },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type OptionName = keyof typeof serveOptions;

/** `dataDir` → `LANEWAY_DATA_DIR`. */
export function variableName(name: OptionName): string {
  return `LANEWAY_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** `dataDir` → `data-dir`. */
export function optionName(name: OptionName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
