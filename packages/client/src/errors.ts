import type { ErrorObject } from '@laneway/model';

/** A refusal by the server: its status and the error object of the contract. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly error: ErrorObject;
  /** The path that was asked for. */
  readonly request: string | undefined;

  constructor(status: number, error: ErrorObject, request?: string) {
    super(error.description === '' ? error.id : error.description);
    this.request = request;
    this.status = status;
    this.error = error;
  }
}

/** No usable answer: nobody listens there, the connection broke, or the answer is not ours. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly server: string;

  constructor(server: string, cause: unknown) {
    super(`no answer from ${server}: ${reasonOf(cause)}`, { cause });
    this.server = server;
  }
}

/** The connection's own reason ("connect ECONNREFUSED …") says more than the "fetch failed" around it. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error && cause.cause.message !== '' ? cause.cause.message : cause.message;
}
