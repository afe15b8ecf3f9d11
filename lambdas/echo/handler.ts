/** Gives its arguments back; sleeps and fails on request (lambdas R116). */
import { defineLambda, type LambdaContext } from '@laneway/lambda-kit';

interface EchoConfig {
  /** Once per batch. */
  readonly sleepDurationSec?: number | null;
  /** Compared with a random number in [0, 1): 1 and more always fails. */
  readonly exceptionProbability?: number | null;
  /** Values go to the streams named after the arguments instead of being returned. */
  readonly streamResults?: boolean | null;
  readonly wrapResultInArray?: boolean | null;
}

type EchoArgs = Readonly<Record<string, unknown>>;

const SLEEP_STEP_MS = 100;

export const lambda = defineLambda<EchoArgs, EchoArgs, EchoConfig>({
  beforeBatch: async (context) => {
    await sleepWithHeartbeats((context.config.sleepDurationSec ?? 0) * 1000, context);
  },
  item: (args, context) => {
    const { exceptionProbability, streamResults, wrapResultInArray } = context.config;
    // At probability 0 nothing fails, not even when the random number is 0.
    const probability = exceptionProbability ?? 0;
    if (probability > 0 && Math.random() <= probability) {
      return { exception: 'Random exception' };
    }
    if (streamResults === true) {
      for (const [name, value] of Object.entries(args)) {
        if (name !== '__meta') {
          context.stream(name, value);
        }
      }
      return null;
    }
    return wrapResultInArray === true ? wrapValues(args) : args;
  },
});

async function sleepWithHeartbeats(durationMs: number, context: LambdaContext<EchoConfig>): Promise<void> {
  const endAt = performance.now() + durationMs;
  for (let leftMs = durationMs; leftMs > 0; leftMs = endAt - performance.now()) {
    context.heartbeat();
    await context.sleep(Math.min(SLEEP_STEP_MS, leftMs));
  }
}

function wrapValues(args: EchoArgs): EchoArgs {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, name === '__meta' ? value : [value]]));
}
