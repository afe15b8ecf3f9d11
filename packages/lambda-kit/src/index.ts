export {
  defineLambda,
  isLambda,
  type ItemException,
  type JobBatchRequest,
  type JobBatchResponse,
  type Lambda,
  type LambdaDefinition,
} from './define.ts';
export type { LambdaContext, RequestCtx } from './context.ts';
export { runLambda, type RunLambdaOptions, type RunLambdaReport } from './harness.ts';
