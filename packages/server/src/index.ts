export { buildServer } from './build-server.ts';
export { startServer, type RunningServer, type StartOptions } from './start-server.ts';
export { compose, type Composition, type EngineFactory, type EngineParts, type RunningEngine } from './compose.ts';
export { createEngine as engineFactory } from './engine/engine-factory.ts';
export { createLogger } from './logger.ts';
export {
  ConfigError,
  describeSettings,
  isLoopback,
  loadConfig,
  type ConfigSources,
  type RawConfig,
  type ServeConfig,
} from './config/config.ts';
export { serveOptions, variableName, type OptionKind, type OptionName, type OptionSpec } from './config/options.ts';
export { selfSigned, type TlsMaterial } from './tls.ts';
export type { HttpSettings, ServerDeps } from './deps.ts';
export type { JobGrant, JobTokenVerifier } from './auth/identity.ts';
