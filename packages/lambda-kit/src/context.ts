/** What a handler gets beside its arguments. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Fields of a request's `ctx` (lambdas §1.3). */
export interface RequestCtx {
  readonly userId?: string;
  readonly spaceId?: string;
  readonly atmWorkflowExecutionId?: string;
  readonly logLevel?: string;
  readonly timeoutSeconds?: number;
  readonly oneproviderDomain?: string;
  readonly onezoneDomain?: string;
  readonly oneproviderId?: string;
  readonly heartbeatUrl?: string;
  readonly accessToken?: string;
  readonly config: Readonly<Record<string, unknown>>;
}

export interface LambdaContext<Config> {
  /** The task's configuration parameters. */
  readonly config: Config;
  /** The whole `ctx` of the request. */
  readonly request: RequestCtx;
  /** Aborted when the job is stopped: return or throw soon, what is left running after the grace is killed. */
  readonly signal: AbortSignal;
  /** Tells the engine that the job is alive; cheap, call it as often as you like. */
  heartbeat(): void;
  /** Sends a value of a `filePipe` result; it counts even when the job fails later. */
  stream(resultName: string, value: unknown): void;
  /** Path of a file of the job's arguments or configuration, or of something below a directory among them. */
  filePath(fileId: string, ...below: readonly string[]): string;
  /** Waits; rejects as soon as the job is stopped. */
  sleep(durationMs: number): Promise<void>;
}

/** Where a job finds its files and leaves its streams. */
export interface Surroundings {
  readonly outDirectory: string;
  readonly mountPoint: string;
  readonly signal: AbortSignal;
  readonly heartbeat: () => void;
}

export function createContext(request: RequestCtx, surroundings: Surroundings): LambdaContext<Record<string, unknown>> {
  const { outDirectory, mountPoint, signal, heartbeat } = surroundings;
  return {
    config: request.config,
    request,
    signal,
    heartbeat,
    stream: (resultName, value) => {
      const line = JSON.stringify(value);
      if (line === undefined) {
        throw new TypeError(`A value of type ${typeof value} cannot be streamed to "${resultName}".`);
      }
      appendFileSync(join(outDirectory, resultName), `${line}\n`);
    },
    filePath: (fileId, ...below) => join(mountPoint, `.__onedata__file_id__${fileId}`, ...below),
    sleep: (durationMs) => delay(durationMs, undefined, { signal }),
  };
}
