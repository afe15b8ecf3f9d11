/** The engine beneath HTTP: lambdas, engine, and what jobs are told of the server. */
import { join } from 'node:path';
import { createLambdaRuntime, defaultEngineConfig, Engine } from '@laneway/engine';
import type { EngineParts, RunningEngine } from '../compose.ts';
import { ConfigError, isLoopback } from '../config/config.ts';
import { bulkAccess } from './bulk-access.ts';
import { JobTokens } from './job-tokens.ts';
import { LambdaDomain } from './lambda-domain.ts';
import { userAccess } from './user-access.ts';

export interface LanewayEngine extends RunningEngine {
  readonly engine: Engine;
}

/** Builds the engine; it begins to work when the listeners are open, so that no job starts before it can reach them. */
export async function createEngine(parts: EngineParts): Promise<LanewayEngine> {
  const { config, database, registry, providerId, metrics, logger, directory } = parts;
  const runtime = await createLambdaRuntime({
    lambdaDirs: config.lambdas === null ? [] : [config.lambdas],
    cacheDir: join(config.dataDir, 'cache'),
    workDir: join(config.dataDir, 'work'),
    sandbox: config.sandbox,
    loopbackOnly: isLoopback(config.host),
    concurrency: config.jobsPerTask,
    leaseMs: config.leaseMs,
    mappings: config.lambdaMappings,
    // Our certificate may be self-signed, and lambdas reach nothing else over this connection (lambdas R97).
    networkEnvironment: { VERIFY_SSL_CERTIFICATES: 'false' },
    logger,
  });
  if (!runtime.ok) throw new ConfigError(runtime.error.description);
  const jobTokens = new JobTokens();
  const domain = new LambdaDomain();
  const engine = new Engine({
    config: {
      ...defaultEngineConfig(config.dataDir, directory.nodeId),
      cancelGraceMs: config.cancelGraceMs,
      drainMs: config.drainMs,
      jobTimeoutMs: config.jobTimeoutMs,
      leaseMs: config.leaseMs,
      jobsPerTask: config.jobsPerTask,
      jobsPerNode: config.jobsPerNode,
      maxItemBytes: config.maxItemBytes,
      suspendedRetentionMs: config.suspendedRetentionMs,
      endedRetentionMs: config.endedRetentionMs,
      garbageCollectionIntervalMs: config.garbageCollectionIntervalMs,
      requestKeyRetentionMs: config.requestKeyRetentionMs,
      bulkRetentionMs: config.bulkRetentionMs,
      auditRetentionMs: config.auditRetentionMs,
      bulkMembersPerSecond: config.bulkMembersPerSecond,
      uploadRetentionMs: config.uploadRetentionMs,
      uploadsPerUser: config.uploadsPerUser,
      uploadBytesPerUser: config.uploadBytesPerUser,
      callbacks: config.callbacks,
      executionsPerSpace: config.executionsPerSpace,
      runtimeCheckMs: config.runtimeCheckMs,
      runtimeCheckGraceAttempts: config.runtimeCheckGraceAttempts,
      notify: config.notify,
    },
    database,
    runtime: runtime.value,
    files: { providerId },
    environment: {
      open: async (job) => {
        const host = job.network ? await domain.get() : '';
        const heartbeatUrl = `https://${host}/automation/workflow/executions/${job.executionId}/jobs/${job.jobId}/heartbeat`;
        return { oneproviderDomain: host, onezoneDomain: host, oneproviderId: providerId, heartbeatUrl, accessToken: jobTokens.issue(job) };
      },
      close: (job) => jobTokens.revoke(job),
    },
    access: userAccess(registry),
    observeStop: (moment, mode, seconds) => metrics.observeStop(moment, mode, seconds),
    log: logger,
    bulkAccess: bulkAccess(registry),
  });
  return {
    engine,
    executions: engine.executions,
    extensions: engine.extensions,
    stores: engine.stores,
    files: engine.files,
    spaces: engine.spaces,
    jobTokens,
    lambdas: () => runtime.value.list(),
    report: async () => await runtime.value.report(),
    activity: () => runtime.value.activity(),
    listening: async (listeners) => {
      domain.provide(listeners);
      await engine.start();
    },
    stop: async () => await engine.stop(),
  };
}
