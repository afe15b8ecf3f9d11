/** From raw settings to a checked configuration: option, variable, file, default (interfaces, Configuration). */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CallbackNetworks } from '@laneway/engine';
import { isJsonObject, ownValue } from '@laneway/model';
import { parse } from 'yaml';
import type { BucketSize } from '../http/token-buckets.ts';
import { ConfigError, isLoopback } from './config-error.ts';
import { oidcSettings, type OidcSettings } from './oidc-settings.ts';
import { serveOptions, variableName, type OptionKind, type OptionName, type OptionSpec, type SettingReader } from './options.ts';

export { ConfigError, isLoopback } from './config-error.ts';

/** What the command line gives: texts, numbers, flags. Absent = not given. */
export type RawConfig = Readonly<Partial<Record<OptionName, unknown>>>;

export interface ServeConfig {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly host: string;
  readonly port: number;
  readonly httpsPort: number | null;
  readonly tls:
    | { readonly kind: 'none' }
    | { readonly kind: 'selfSigned' }
    | { readonly kind: 'files'; readonly cert: string; readonly key: string };
  readonly publicUrl: string | null;
  readonly trustProxy: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly logFormat: 'pretty' | 'json';
  readonly demo: boolean;
  readonly lambdas: string | null;
  readonly sandbox: 'auto' | 'required' | 'off';
  readonly metricsToken: string | null;
  readonly addressData: string | null;
  readonly basicAuth: boolean;
  /** null = people log in here only. */
  readonly oidc: OidcSettings | null;
  readonly sessionMaxMs: number;
  readonly sessionIdleMs: number;
  readonly cancelGraceMs: number;
  readonly drainMs: number;
  readonly jobTimeoutMs: number;
  readonly leaseMs: number;
  readonly jobsPerTask: number;
  readonly jobsPerNode: number;
  readonly callbacks: {
    readonly maxRetries: number;
    readonly firstDelayMs: number;
    readonly maxDelayMs: number;
    readonly networks: 'all' | readonly string[];
  };
  readonly executionsPerSpace: number | null;
  readonly runtimeCheckMs: number;
  readonly runtimeCheckGraceAttempts: number;
  readonly maxItemBytes: number;
  /** Of one token, session or account on a node; null = any number. */
  readonly requestRate: BucketSize | null;
  readonly notify: boolean;
  readonly bodyLimitBytes: number;
  readonly slowClientMs: number;
  readonly suspendedRetentionMs: number;
  readonly endedRetentionMs: number;
  readonly garbageCollectionIntervalMs: number;
  readonly requestKeyRetentionMs: number;
  readonly bulkRetentionMs: number;
  readonly auditRetentionMs: number;
  readonly bulkMembersPerSecond: number;
  readonly uploadRetentionMs: number;
  readonly uploadsPerUser: number;
  readonly uploadBytesPerUser: number;
  readonly lambdaMappings: Readonly<Record<string, string>>;
}

/** A setting that turned out wrong when it was used: what the system says of it, after the setting's name. */
export function settingError(name: OptionName, problem: string, cause: unknown): ConfigError {
  return new ConfigError(`${name}: ${problem}: ${cause instanceof Error ? cause.message : String(cause)}`);
}

export interface ConfigSources {
  readonly options: RawConfig;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Path of the YAML file, or null. */
  readonly file: string | null;
}

/** Throws ConfigError. */
export function loadConfig(sources: ConfigSources): ServeConfig {
  return compile(settingReader(sources));
}

/** The settings in effect under the names by which they are set, for people: secrets are not shown. Throws ConfigError. */
export function describeSettings(sources: ConfigSources): Readonly<Record<OptionName, string>> {
  const read = settingReader(sources);
  const { sandbox, httpsPort, dataDir, requestRate } = compile(read);
  const requestsPerSec = requestRate?.perSec ?? 0;
  const effective: Readonly<Partial<Record<OptionName, unknown>>> = { sandbox, httpsPort, dataDir, requestsPerSec };
  const entries = (Object.keys(serveOptions) as OptionName[]).map((name) => [name, shown(name, effective[name] ?? read(name))] as const);
  return Object.fromEntries(entries) as Readonly<Record<OptionName, string>>;
}

function shown(name: OptionName, value: unknown): string {
  if (value === null) return '–';
  if (name === 'metricsToken' || name === 'oidcClientSecret') return '(set)';
  return typeof value === 'string' ? value.replace(/(:\/\/[^:@/]*):[^@/]*@/, '$1:…@') : JSON.stringify(value);
}

function settingReader(sources: ConfigSources): SettingReader {
  rejectUnknownVariables(sources.variables);
  const file = sources.file === null ? {} : readConfigFile(sources.file);
  return (name) => {
    const spec: OptionSpec = serveOptions[name];
    const variable = variableName(name);
    const candidates = [
      ['option', sources.options[name]],
      [`variable ${variable}`, sources.variables[variable]],
      [`${sources.file ?? ''}: ${name}`, ownValue(file, name)],
    ] as const;
    const given = candidates.find(([, value]) => value !== undefined);
    if (given === undefined) return spec.fallback;
    const [source, value] = given;
    return readValue(spec.type, value, source === 'option' ? name : `${name} (${source})`);
  };
}

function readConfigFile(path: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    throw new ConfigError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isJsonObject(value)) throw new ConfigError(`${path} has to hold keys and values`);
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(serveOptions, key));
  if (unknown !== undefined) throw new ConfigError(`${path}: "${unknown}" is not a setting`);
  return value;
}

/** Variables of the server's prefix that mean nothing are mistakes; those of the command line (docs/cli.md) are named here. */
const otherVariables = new Set(['LANEWAY_SERVER', 'LANEWAY_TOKEN', 'LANEWAY_CONFIG', 'LANEWAY_DEBUG']);

function rejectUnknownVariables(variables: Readonly<Record<string, string | undefined>>): void {
  const known = new Set((Object.keys(serveOptions) as OptionName[]).map(variableName));
  const unknown = Object.keys(variables).find(
    (name) => name.startsWith('LANEWAY_') && !known.has(name) && !otherVariables.has(name) && !name.startsWith('LANEWAY_TEST_'),
  );
  if (unknown !== undefined) throw new ConfigError(`the variable ${unknown} is not a setting`);
}

function readValue(type: OptionKind, value: unknown, place: string): unknown {
  switch (type.kind) {
    case 'text':
      if (typeof value === 'string' && value !== '') return value;
      throw new ConfigError(`${place} has to be a text that is not empty`);
    case 'flag':
      if (value === true || value === 'true' || value === '1') return true;
      if (value === false || value === 'false' || value === '0') return false;
      throw new ConfigError(`${place} has to be true or false`);
    case 'integer': {
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isSafeInteger(number) && number >= type.min && number <= type.max) return number;
      throw new ConfigError(`${place} has to be an integer from ${type.min} to ${type.max}`);
    }
    case 'word':
      if (typeof value === 'string' && type.words.includes(value)) return value;
      throw new ConfigError(`${place} has to be one of ${type.words.join(', ')}`);
    case 'map': {
      const map = typeof value === 'string' ? parseMap(value) : value;
      if (isJsonObject(map) && Object.values(map).every((item) => typeof item === 'string')) return map;
      throw new ConfigError(`${place} has to be an object of texts`);
    }
  }
}

function parseMap(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** `all`, or a comma-separated list of networks. */
function readNetworks(given: string | null): 'all' | readonly string[] {
  if (given === null || given === 'all') return given ?? [];
  const networks = given.split(',').map((network) => network.trim());
  try {
    return new CallbackNetworks(networks).allowed;
  } catch (error) {
    throw settingError('callbackNetworks', 'it has to be "all" or a list of networks', error);
  }
}

/** Far more than people and pages need, and what a script may send on and on; `requestBurst` is what it may send at once. */
const defaultRequestsPerSec = 200;

/** Every value has been read by the kind of its option, so its type is known here. */
function compile(read: SettingReader): ServeConfig {
  const cert = read('tlsCert') as string | null;
  const key = read('tlsKey') as string | null;
  const selfSigned = read('tlsSelfSigned') as boolean;
  if ((cert === null) !== (key === null))
    throw new ConfigError(`${cert === null ? 'tlsCert' : 'tlsKey'} is missing: tlsCert and tlsKey belong together`);
  if (selfSigned && cert !== null) throw new ConfigError('tlsSelfSigned cannot be combined with tlsCert');
  const host = read('host') as string;
  const tls: ServeConfig['tls'] =
    cert !== null && key !== null
      ? { kind: 'files', cert: resolve(cert), key: resolve(key) }
      : { kind: selfSigned ? 'selfSigned' : 'none' };
  const httpsPort = read('httpsPort') as number | null;
  if (httpsPort !== null && tls.kind === 'none') throw new ConfigError('httpsPort needs tlsCert and tlsKey, or tlsSelfSigned');
  const databaseUrl = read('databaseUrl') as string | null;
  if (databaseUrl !== null && !/^postgres(ql)?:\/\/\S/.test(databaseUrl))
    throw new ConfigError('databaseUrl has to begin with postgres://; without one the embedded database is used');
  const publicUrl = read('publicUrl') as string | null;
  if (publicUrl !== null && !/^https?:\/\/[^\s/]+$/.test(publicUrl))
    throw new ConfigError('publicUrl has to be an http(s) URL without a path');
  // As with the sandbox: while nobody else can reach the server, nobody has to be held back.
  const requestsPerSec = (read('requestsPerSec') as number | null) ?? (isLoopback(host) ? 0 : defaultRequestsPerSec);
  const leaseMs = (read('leaseSec') as number) * 1000;
  return {
    dataDir: resolve(read('dataDir') as string),
    databaseUrl,
    host,
    port: read('port') as number,
    httpsPort: tls.kind === 'none' ? null : (httpsPort ?? 8443),
    tls,
    publicUrl,
    trustProxy: read('trustProxy') as boolean,
    logLevel: read('logLevel') as ServeConfig['logLevel'],
    logFormat: read('logFormat') as ServeConfig['logFormat'],
    demo: read('demo') as boolean,
    lambdas: read('lambdas') as string | null,
    // Falling back to no sandbox is fine only while nobody else can reach the server (design §7).
    sandbox: (read('sandbox') as ServeConfig['sandbox'] | null) ?? (isLoopback(host) ? 'auto' : 'required'),
    metricsToken: read('metricsToken') as string | null,
    addressData: read('addressData') as string | null,
    basicAuth: read('basicAuth') as boolean,
    oidc: oidcSettings(read),
    sessionMaxMs: (read('sessionMaxSec') as number) * 1000,
    sessionIdleMs: (read('sessionIdleSec') as number) * 1000,
    cancelGraceMs: (read('cancelGraceSec') as number) * 1000,
    drainMs: (read('drainSec') as number) * 1000,
    jobTimeoutMs: (read('jobTimeoutSec') as number) * 1000,
    leaseMs,
    jobsPerTask: read('jobsPerTask') as number,
    jobsPerNode: read('jobsPerNode') as number,
    callbacks: {
      maxRetries: read('callbackRetries') as number,
      firstDelayMs: read('callbackFirstDelayMs') as number,
      maxDelayMs: (read('callbackMaxDelaySec') as number) * 1000,
      networks: readNetworks(read('callbackNetworks') as string | null),
    },
    executionsPerSpace: read('executionsPerSpace') as number | null,
    runtimeCheckMs: (read('runtimeCheckIntervalSec') as number) * 1000,
    runtimeCheckGraceAttempts: read('runtimeCheckGraceAttempts') as number,
    maxItemBytes: read('maxItemBytes') as number,
    requestRate: requestsPerSec === 0 ? null : { perSec: requestsPerSec, burst: read('requestBurst') as number },
    notify: read('notify') as boolean,
    bodyLimitBytes: read('bodyLimitBytes') as number,
    slowClientMs: (read('slowClientSec') as number) * 1000,
    suspendedRetentionMs: (read('suspendedRetentionSec') as number) * 1000,
    endedRetentionMs: (read('endedRetentionSec') as number) * 1000,
    garbageCollectionIntervalMs: (read('garbageCollectionIntervalSec') as number) * 1000,
    requestKeyRetentionMs: (read('idempotencyRetentionSec') as number) * 1000,
    bulkRetentionMs: (read('bulkRetentionSec') as number) * 1000,
    auditRetentionMs: (read('auditRetentionSec') as number) * 1000,
    bulkMembersPerSecond: read('bulkMembersPerSec') as number,
    uploadRetentionMs: (read('uploadRetentionSec') as number) * 1000,
    uploadsPerUser: read('uploadsPerUser') as number,
    uploadBytesPerUser: read('uploadBytesPerUser') as number,
    lambdaMappings: read('lambdaMappings') as Readonly<Record<string, string>>,
  };
}
