import type { ErrorObject, Result } from '@laneway/model';

/** A refused request on its way to the edge of the server, where it becomes a response. */
export class Refusal extends Error {
  readonly error: ErrorObject;
  /** Status other than that of the error's id, for the stages before the pipeline (rest §1.2). */
  readonly status: number | null;

  constructor(error: ErrorObject, status: number | null = null) {
    super(error.description);
    this.name = 'Refusal';
    this.error = error;
    this.status = status;
  }
}

/** The value of a result, or its refusal. */
export function need<T>(result: Result<T>): T {
  if (!result.ok) throw new Refusal(result.error);
  return result.value;
}
