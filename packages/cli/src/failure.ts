import { ApiError, UnreachableError } from '@laneway/client';

/** A failure for people: one line that names what is wrong, and a hint what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

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
  if (error instanceof UnreachableError) {
    return { message: error.message, hint: 'start one with "laneway serve", or name another with --server' };
  }
  if (error instanceof ApiError) return { message: apiMessage(error), hint: hintFor(error) };
  return { message: messageOf(error) };
}

/** With the reasons of failures that came together. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return `${error.message}: ${error.errors.map(messageOf).join('; ')}`;
  return error instanceof Error ? error.message : String(error);
}

/** Names the field, and for wrapped errors the innermost reason, which says most. */
function apiMessage({ error, message }: ApiError): string {
  const key = error.details?.['key'];
  const inner = error.details?.['specificError'];
  const field = typeof key === 'string' && !message.includes(key) ? ` (field "${key}")` : '';
  const reason = isErrorObject(inner) && !message.includes(inner.description) ? `: ${inner.description}` : '';
  return `${message}${field}${reason} [${error.id}]`;
}

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
    '"laneway list" shows the ids of executions, "laneway show" those of their tasks and stores, "laneway dataset list", "laneway group list" and the lists of the other commands the rest',
  cannotRemoveLastOwner: 'make somebody else an owner first, with "laneway space add-owner"',
  relationAlreadyExists: 'there is nothing to do; "laneway privileges" changes what a member may do',
  badValueIdentifierOccupied: 'choose another name',
  atmLambdaInUse: 'delete the workflows that use it first; "laneway lambda show" lists them',
  tokenTimeCaveatRequired: 'give --expires, a week at most',
};
