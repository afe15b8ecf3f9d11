import { integerField } from '@laneway/model';
import { providerData } from '../http/fields.ts';
import type { Call } from '../http/route.ts';

/** A day: who waits longer needs no deadline. */
const maxDeadlineSec = 86_400;

export const pauseDeadlineParameter = {
  name: 'deadlineSec',
  in: 'body',
  text: 'extension: jobs in flight run on for at most so many seconds, then they are withdrawn; 0 = at once',
} as const;

/** The one key of this body that is refused when it is wrong: a deadline that is not kept would be worse. */
export function pauseDeadlineOf(call: Call): { readonly deadlineMs?: number } {
  const { deadlineSec } = providerData(call.body, { optional: { deadlineSec: integerField({ range: { low: 0, high: maxDeadlineSec } }) } });
  return deadlineSec === undefined ? {} : { deadlineMs: deadlineSec * 1000 };
}
