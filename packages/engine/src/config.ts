/** The engine's settings, with units fixed; the server compiles them from options, variables and files. */
import { availableParallelism } from 'node:os';
import type { CallbackPolicy } from './control/callbacks.ts';

export interface EngineConfig {
  /** Holds lambda caches, work folders and spaces without a path of their own. */
  readonly dataDir: string;
  readonly nodeId: string;
  readonly cancelGraceMs: number;
  readonly drainMs: number;
  readonly jobTimeoutMs: number;
  readonly leaseMs: number;
  readonly jobsPerTask: number;
  readonly jobsPerNode: number;
  readonly maxItemBytes: number;
  /** How long suspended and ended executions are kept (execution §15.5), and how often that is looked at. */
  readonly suspendedRetentionMs: number;
  readonly endedRetentionMs: number;
  readonly garbageCollectionIntervalMs: number;
  /** How long the key of an answered request is known. */
  readonly requestKeyRetentionMs: number;
  /** How long the results of a bulk operation are kept, and how many members a node handles in a second. */
  readonly bulkRetentionMs: number;
  /** How long the audit of changes is kept. */
  readonly auditRetentionMs: number;
  readonly bulkMembersPerSecond: number;
  /** How long an upload of initial content can be used. */
  readonly uploadRetentionMs: number;
  /** What one user may have in uploads at once. */
  readonly uploadsPerUser: number;
  readonly uploadBytesPerUser: number;
  /** How often the runtime of lambdas is looked at, and how many bad looks in a row are tolerated after the first. */
  readonly runtimeCheckMs: number;
  readonly runtimeCheckGraceAttempts: number;
  readonly callbacks: CallbackPolicy;
  /** Executions of a space that run at once; null = all. */
  readonly executionsPerSpace: number | null;
  /** Nodes tell each other of news (PostgreSQL); everything also works without, at the pace of the polls. */
  readonly notify: boolean;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export function defaultEngineConfig(dataDir: string, nodeId: string): EngineConfig {
  const cores = availableParallelism();
  return {
    dataDir,
    nodeId,
    cancelGraceMs: 10_000,
    drainMs: 30_000,
    jobTimeoutMs: 1_800_000,
    leaseMs: 6000,
    jobsPerTask: cores,
    jobsPerNode: 4 * cores,
    maxItemBytes: 16 * 1024 * 1024,
    suspendedRetentionMs: 30 * dayMs,
    endedRetentionMs: 15 * dayMs,
    garbageCollectionIntervalMs: hourMs,
    requestKeyRetentionMs: dayMs,
    bulkRetentionMs: 7 * dayMs,
    auditRetentionMs: 365 * dayMs,
    bulkMembersPerSecond: 100,
    uploadRetentionMs: 6 * hourMs,
    uploadsPerUser: 1000,
    uploadBytesPerUser: 10 * 1024 ** 3,
    runtimeCheckMs: 60_000,
    runtimeCheckGraceAttempts: 5,
    callbacks: { maxRetries: 30, firstDelayMs: 2000, maxDelayMs: 7_200_000, networks: [] },
    executionsPerSpace: null,
    notify: true,
  };
}
