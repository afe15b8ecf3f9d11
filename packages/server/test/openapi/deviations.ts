/** Where our description of an operation of the contract is deliberately another one, and why. */

export interface Deviation {
  readonly operations: readonly string[] | 'all';
  /** Ids of errors that the contract does not list, by status. */
  readonly moreErrors: Readonly<Record<number, readonly string[]>>;
  readonly reason: string;
}

export const deviations: readonly Deviation[] = [
  {
    operations: 'all',
    moreErrors: { 406: ['notSupported'], 413: ['limitReached'], 415: ['notSupported'] },
    reason: 'D6: refusals of the stages before an operation have error JSON, so they are described; 413 is a limit of ours',
  },
  {
    operations: ['list_workflow_executions'],
    moreErrors: { 400: ['badData'] },
    reason: 'D6: a page token that is none is refused instead of failing the server',
  },
  {
    operations: ['rerun_workflow_execution', 'retry_workflow_execution'],
    moreErrors: { 400: ['badData'] },
    reason: 'the header Idempotency-Key, an extension, has rules of its own',
  },
];
