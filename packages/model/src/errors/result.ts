/**
 * How refusals travel: as values, never as exceptions. The engine returns a `Result`; only the edges
 * (HTTP, command line) turn it into a status or an exit code.
 */

/** An error of the contract without its `ctx`, which the server adds (rest §3.1). */
export interface ErrorObject {
  /** Identifier from the error catalogue, e.g. `badValueTooLow`. */
  readonly id: string;
  /** Text for people; not part of the contract. */
  readonly description: string;
  /** Present iff the error declares arguments; all declared keys are present (rest R35–R41). */
  readonly details?: Readonly<Record<string, unknown>>;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorObject };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refuse<T = never>(error: ErrorObject): Result<T> {
  return { ok: false, error };
}
