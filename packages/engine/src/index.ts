export type * from './engine-api.ts';
export type * from './persistence/sql.ts';
export { defineVerb } from './persistence/sql.ts';
export { openDatabase, type DatabaseLocation } from './persistence/database.ts';
export type * from './lambdas/runtime.ts';
export type * from './files/port.ts';
export {
  createLambdaRuntime,
  type LambdaReport,
  type LambdaRuntimeOptions,
  type ReportingLambdaRuntime,
} from './lambdas/create-lambda-runtime.ts';
