/** Answers of an operation by status: what was asked for, and every refusal with the ids of its errors. */
import type { Route } from '../http/route.ts';
import { ref, type JsonSchema } from './json-schema.ts';
import type { AnswerText, OperationText, Refusals } from './operation.ts';

const meanings: Readonly<Record<string, string>> = {
  400: 'Something in the request is not acceptable, or what it is about is not in a state for it.',
  401: 'Credentials are missing or do not count.',
  403: 'The user lacks a privilege.',
  404: 'It does not exist.',
  406: 'No media type of the `Accept` header can be given.',
  409: 'It exists already.',
  413: 'The body is too long.',
  415: 'The body has another media type.',
  500: 'The server failed.',
  503: 'The server, or what it needs, is not available.',
};

export function answersOf({ answers }: OperationText): JsonSchema {
  return Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)]));
}

function answerOf({ description, schema, types = ['application/json'], headers }: AnswerText): JsonSchema {
  return {
    description,
    ...(schema === undefined ? {} : { content: Object.fromEntries(types.map((type) => [type, { schema }])) }),
    ...(headers === undefined ? {} : { headers: Object.fromEntries(Object.entries(headers).map(([name, of]) => [name, { schema: of }])) }),
  };
}

/** Those of the operation, and those of the stages before it (rest §1.2, with error JSON: D6). */
export function refusalsOf(route: Route, told: OperationText): JsonSchema {
  const readsBody = route.body === 'json' || route.body === 'stream';
  const stages: Refusals = { 406: ['notSupported'], ...(readsBody ? { 413: ['limitReached'], 415: ['notSupported'] } : {}) };
  return Object.fromEntries(
    Object.entries({ ...told.refusals, ...stages }).map(([status, ids]) => [
      status,
      {
        description: meanings[status] ?? 'It is refused.',
        content: { 'application/json': { schema: ref('ErrorResponse') } },
        'x-error-ids': ids,
      },
    ]),
  );
}
