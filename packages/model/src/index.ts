export * from './errors/result.ts';
export * from './execution/document.ts';
export type * from './schema/lambda.ts';
export type * from './schema/workflow.ts';
export type * from './data/data-spec.ts';
export * from './execution/messages.ts';
