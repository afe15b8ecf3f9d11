/** Thread that holds the handler: imports it once, runs one batch at a time, tells the main thread. */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { createContext, type RequestCtx } from '../context.ts';
import { describeError, isLambda, type Lambda } from '../define.ts';
import { MAX_PAYLOAD_BYTES } from './frames.ts';
import type { FromHandler, RunnerSettings, ToHandler } from './messages.ts';

const HEARTBEAT_INTERVAL_MS = 250;

// Handlers live anywhere; their import of the kit is answered with the one this runner belongs to.
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === '@laneway/lambda-kit'
      ? { url: new URL('../index.ts', import.meta.url).href, format: 'module-typescript', shortCircuit: true }
      : nextResolve(specifier, context),
});

function say(message: FromHandler): void {
  parentPort?.postMessage(message);
}

function rateLimitedHeartbeat(): () => void {
  // The clock of a thread begins with the thread.
  let lastAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - lastAt >= HEARTBEAT_INTERVAL_MS) {
      lastAt = now;
      say({ kind: 'heartbeat' });
    }
  };
}

async function importLambda(path: string): Promise<Lambda> {
  const module = (await import(pathToFileURL(path).href)) as { readonly lambda?: unknown; readonly default?: unknown };
  for (const candidate of [module.lambda, module.default]) {
    if (isLambda(candidate)) {
      return candidate;
    }
  }
  throw new TypeError('The module exports no lambda: write `export const lambda = defineLambda({ … })`.');
}

/** The answer as JSON. Results of an item that are not JSON are that item's exception; the others are sent all the same (design D1). */
function encodeAnswer(answer: unknown): string | undefined {
  try {
    return JSON.stringify(answer);
  } catch (error) {
    const batch =
      typeof answer === 'object' && answer !== null && !('exception' in answer) && 'resultsBatch' in answer ? answer.resultsBatch : null;
    if (!Array.isArray(batch)) {
      throw error;
    }
    return `{"resultsBatch":[${batch.map(encodeResults).join(',')}]}`;
  }
}

function encodeResults(results: unknown): string {
  try {
    return JSON.stringify(results) ?? 'null';
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return JSON.stringify({ exception: `The results are not JSON: ${reason}` });
  }
}

async function runBatch(lambda: Lambda, text: string, settings: RunnerSettings, stop: AbortController): Promise<FromHandler> {
  try {
    const request = JSON.parse(text) as { readonly ctx: RequestCtx };
    const context = createContext(request.ctx, {
      outDirectory: settings.outDirectory,
      mountPoint: settings.mountPoint,
      signal: stop.signal,
      heartbeat: rateLimitedHeartbeat(),
    });
    const answer = await lambda.handle(request, context);
    const body = encodeAnswer(answer ?? null);
    if (body === undefined) {
      throw new TypeError(`The handler answered with a ${typeof answer}, which is not JSON.`);
    }
    if (Buffer.byteLength(body) > MAX_PAYLOAD_BYTES) {
      throw new RangeError(`The answer is beyond the limit of ${MAX_PAYLOAD_BYTES} bytes.`);
    }
    return { kind: 'answered', text: body };
  } catch (error) {
    return { kind: 'crashed', reason: describeError(error), stopped: stop.signal.aborted };
  }
}

async function main(settings: RunnerSettings): Promise<void> {
  const lambda = await importLambda(settings.handler);
  let stop = new AbortController();
  parentPort?.on('message', (message: ToHandler) => {
    switch (message.kind) {
      case 'job':
        stop = new AbortController();
        void runBatch(lambda, message.text, settings, stop).then(say);
        break;
      case 'stop':
        stop.abort();
        break;
    }
  });
  say({ kind: 'ready' });
}

try {
  await main(workerData as RunnerSettings);
} catch (error) {
  say({ kind: 'importFailed', reason: describeError(error) });
}
