/** The seven requests that change an execution, and what rest §5.5, §5.6 and execution §7.0 say about them, written by hand. */
import type { ApiServer, Actor, Answer } from './api-server.ts';
import { workflows } from './api-server.ts';

export const commands = ['cancel', 'pause', 'resume', 'force_continue', 'rerun', 'retry', 'delete'] as const;
export type CommandName = (typeof commands)[number];

/** An error without details, or what a stop request is told (IST = `atmInvalidStatusTransition`). */
export type Verdict = 'ok' | keyof typeof errors | `IST ${string}`;

const errors = {
  Ended: 'atmWorkflowExecutionEnded',
  NotResumable: 'atmWorkflowExecutionNotResumable',
  NotEnded: 'atmWorkflowExecutionNotEnded',
  NotStopped: 'atmWorkflowExecutionNotStopped',
  RerunFailed: 'atmLaneExecutionRerunFailed',
  RetryFailed: 'atmLaneExecutionRetryFailed',
  notFound: 'notFound',
  forbidden: 'forbidden',
} as const;

export interface RunSelector {
  readonly laneIndex: number;
  readonly laneRunNumber: number;
}

export async function sendCommand(
  api: ApiServer,
  command: CommandName,
  executionId: string,
  options: { readonly as?: Actor; readonly run?: RunSelector } = {},
): Promise<Answer> {
  const as = options.as ?? api.admin;
  if (command === 'delete') return await api.send('DELETE', `${workflows}/${executionId}`, { as });
  const repeats = command === 'rerun' || command === 'retry';
  const body = repeats ? (options.run ?? { laneIndex: 1, laneRunNumber: 1 }) : undefined;
  return await api.send('POST', `${workflows}/${executionId}/${command}`, { as, ...(body === undefined ? {} : { body }) });
}

/** What the answer says, in the words of the table; anything unexpected comes as itself. */
export function verdictOf({ status, id, details }: Answer): string {
  if (status === 204) return 'ok';
  if (id === 'atmInvalidStatusTransition' && status === 400) {
    const { prevStatus, newStatus } = details as { readonly prevStatus: string; readonly newStatus: string };
    return newStatus === 'stopping' ? `IST ${prevStatus}` : `IST ${prevStatus} → ${newStatus}`;
  }
  const short = Object.entries(errors).find(([, name]) => name === id)?.[0];
  const expected = short === 'notFound' ? 404 : short === 'forbidden' ? 403 : 400;
  return short !== undefined && status === expected && details === undefined ? short : `${status} ${id} ${JSON.stringify(details)}`;
}
