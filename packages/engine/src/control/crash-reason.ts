/** What the log says of an internal error that ended an execution (execution §15.4). */
import { makeError, type ErrorObject } from '@laneway/model';

const maxTextLength = 1000;

/** The error for operators, with the text of what was thrown as its reference. */
export function crashReason(error: unknown): ErrorObject {
  const text = error instanceof Error ? error.message : String(error);
  return makeError('internalServerError', { reference: text.slice(0, maxTextLength) });
}
