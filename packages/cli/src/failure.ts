import { ApiError, UnreachableError } from '@laneway/client';
import { unreachable } from './unreachable.ts';

/** A failure for people: one line that names what is wrong, and a hint what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** The command line itself is wrong, in a way that only a look at all of it tells. */
export class UsageError extends CliError {}

/** The lines that are printed for a failure. Only a bug of ours shows its stack, and only when asked for. */
export function describeFailure(error: unknown, env: NodeJS.ProcessEnv): string {
  const { message, hint } = explain(error);
  const lines = [`error: ${message.replaceAll(/\s*\n\s*/g, ' ')}`];
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  if (env['LANEWAY_DEBUG'] !== undefined && error instanceof Error && error.stack !== undefined) lines.push(error.stack);
  return lines.join('\n');
}

function explain(error: unknown): { message: string; hint?: string | undefined } {
  if (error instanceof CliError) return error;
  if (error instanceof UnreachableError) return unreachable(error);
  if (error instanceof ApiError) return { message: apiMessage(error), hint: hintFor(error) };
  return { message: messageOf(error) };
}

/** With the reasons of failures that came together. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return `${error.message}: ${error.errors.map(messageOf).join('; ')}`;
  return error instanceof Error ? error.message : String(error);
}

/** Names the field, and for wrapped errors the innermost reason, which says most. */
function apiMessage({ error, message, request }: ApiError): string {
  const key = error.details?.['key'];
  const inner = error.details?.['specificError'];
  const field = typeof key === 'string' && !message.includes(key) ? ` (field "${key}")` : '';
  const reason = isErrorObject(inner) && !message.includes(inner.description) ? `: ${inner.description}` : '';
  return `${nothingThere(request) ?? message}${field}${reason} [${error.id}]`;

  /** What was asked for, where the answer is only that it is not there. */
  function nothingThere(path: string | undefined): string | undefined {
    if (error.id !== 'notFound' || path === undefined) return undefined;
    const found = /.*\/(workflows|tasks|stores|datasets|pods)\/([^/?]+)/.exec(path);
    const kind = named[found?.[1] ?? ''];
    return kind === undefined ? undefined : `there is no ${kind} "${decodeURIComponent(found?.[2] ?? '')}"`;
  }
}

const named: Readonly<Record<string, string>> = {
  workflows: 'execution',
  tasks: 'task',
  stores: 'store',
  datasets: 'dataset',
  pods: 'pod',
};

function isErrorObject(value: unknown): value is { description: string } {
  return typeof value === 'object' && value !== null && 'description' in value && typeof value.description === 'string';
}

function hintFor({ status, error }: ApiError): string | undefined {
  const known = hints[error.id];
  if (known !== undefined) return known;
  if (status === 401) return 'give a valid token with --token or LANEWAY_TOKEN';
  if (status === 403) return forbiddenHint;
  return undefined;
}

const forbiddenHint =
  'the token is valid, but its user lacks the privilege for this; "laneway privileges show me --effective" with a place tells what he has';

/** What to do next, for refusals that do not say it themselves. */
const hints: Readonly<Record<string, string>> = {
  notFound:
    '"laneway list" shows the ids of executions, "laneway show" those of their tasks and stores; the other families have a "list" of their own',
  alreadyExists: 'there is nothing to do, unless another name, number or place was meant',
  badValueCaveat: '"laneway token create --help" shows how caveats are written',
  badValueToken: 'give the whole text of the token, as "laneway token create" printed it',
  cannotRemoveLastOwner: 'make somebody else an owner first, with "laneway space add-owner"',
  relationAlreadyExists: 'there is nothing to do; "laneway privileges" changes what a member may do',
  badValueIdentifierOccupied: 'choose another name',
  atmLambdaInUse: 'delete the workflows that use it first; "laneway lambda show" lists them',
  tokenTimeCaveatRequired: 'give --expires, a week at most',
};
