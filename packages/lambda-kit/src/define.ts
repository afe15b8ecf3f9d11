/** How a JavaScript lambda is written: `export const lambda = defineLambda({ item })`. */
import type { LambdaContext, RequestCtx } from './context.ts';

export interface JobBatchRequest<Args> {
  readonly ctx: RequestCtx;
  readonly argsBatch: readonly Args[];
}

/** Makes one item fail, with this reason. */
export interface ItemException {
  readonly exception: unknown;
}

export type JobBatchResponse<Results> =
  | { readonly resultsBatch: readonly (Results | ItemException | null)[] | null }
  | ItemException
  | null;

export interface LambdaDefinition<Args, Results, Config> {
  /** Called once before the first item of a batch; an exception returned here fails the whole batch. */
  beforeBatch?(context: LambdaContext<Config>, argsBatch: readonly Args[]): Promise<ItemException | void> | ItemException | void;
  /** Handles one item; what it throws becomes that item's exception, the rest of the batch goes on. */
  item(args: Args, context: LambdaContext<Config>): Promise<Results | ItemException | null> | Results | ItemException | null;
}

export interface BatchLambdaDefinition<Args, Results, Config> {
  /** Handles a batch as a whole; what it throws fails all its items. */
  batch(argsBatch: readonly Args[], context: LambdaContext<Config>): Promise<JobBatchResponse<Results>> | JobBatchResponse<Results>;
}

const LAMBDA_MARK = Symbol.for('laneway.lambda');

/** A defined lambda, ready for the runner and the test harness. */
export interface Lambda {
  readonly [LAMBDA_MARK]: true;
  /** Runs one batch. What the definition says about its types is the schema's promise, not checked here. */
  readonly handle: (request: unknown, context: LambdaContext<Readonly<Record<string, unknown>>>) => Promise<unknown>;
}

/** Declares a lambda. `Args`, `Results` and `Config` describe what its schema promises; nothing checks them at run time. */
export function defineLambda<
  Args = Readonly<Record<string, unknown>>,
  Results = Readonly<Record<string, unknown>>,
  Config = Readonly<Record<string, unknown>>,
>(definition: LambdaDefinition<Args, Results, Config> | BatchLambdaDefinition<Args, Results, Config>): Lambda {
  const handle = async (raw: unknown, anyContext: LambdaContext<Readonly<Record<string, unknown>>>): Promise<unknown> => {
    const request = raw as JobBatchRequest<Args>;
    const context = anyContext as unknown as LambdaContext<Config>;
    return 'batch' in definition
      ? await definition.batch(request.argsBatch, context)
      : await handleItems(definition, request.argsBatch, context);
  };
  return { [LAMBDA_MARK]: true, handle };
}

export function isLambda(value: unknown): value is Lambda {
  return typeof value === 'object' && value !== null && LAMBDA_MARK in value;
}

async function handleItems<Args, Results, Config>(
  definition: LambdaDefinition<Args, Results, Config>,
  argsBatch: readonly Args[],
  context: LambdaContext<Config>,
): Promise<JobBatchResponse<Results>> {
  const refusal = await definition.beforeBatch?.(context, argsBatch);
  if (refusal !== undefined) {
    return refusal;
  }
  const resultsBatch: (Results | ItemException | null)[] = [];
  for (const args of argsBatch) {
    context.signal.throwIfAborted();
    resultsBatch.push(await handleItem(definition, args, context));
  }
  return { resultsBatch };
}

async function handleItem<Args, Results, Config>(
  definition: LambdaDefinition<Args, Results, Config>,
  args: Args,
  context: LambdaContext<Config>,
): Promise<Results | ItemException | null> {
  try {
    return await definition.item(args, context);
  } catch (error) {
    // A stopped job has no results: its items go back, they did not fail.
    context.signal.throwIfAborted();
    return { exception: describeError(error) };
  }
}

/** Stack of an error, or the thrown value as text. */
export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
}
