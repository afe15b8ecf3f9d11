/** What a route is: the one description from which registration, checks and documentation follow. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from '../auth/identity.ts';
import type { JsonObject } from '@laneway/model';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Prefix = '/api/v3/oneprovider' | '/api/v3/onezone' | '';

/**
 * json: an object, checked as rest R10 says. ignored: never looked at by the contract (rest R8). none: the
 * method has no body. stream: the handler reads it, however long it is.
 */
export type BodyKind = 'json' | 'ignored' | 'none' | 'stream';

export interface Call {
  readonly identity: Identity;
  /** Path parameters, decoded. */
  param(name: string): string;
  readonly query: JsonObject;
  readonly body: JsonObject;
  /** `scheme://host` under which the client reached us. */
  readonly baseUrl: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export type Answer =
  | { readonly kind: 'json'; readonly status: 200 | 201; readonly body: unknown; readonly location?: string }
  /** 201 without a body. */
  | { readonly kind: 'created'; readonly location: string }
  | { readonly kind: 'noContent' }
  /** The handler has answered by itself (streams). */
  | { readonly kind: 'answered' };

/** For the documentation. */
export interface ParameterText {
  readonly name: string;
  readonly in: 'query' | 'body' | 'header';
  readonly text: string;
  /** In the query, where the command-line clients look at it. */
  readonly required?: true;
  /** In the query: given several times it is a list. */
  readonly repeatable?: true;
}

export interface Route {
  readonly prefix: Prefix;
  readonly method: Method;
  /** With parameters in braces, as in the API description; a trailing `{…path}` takes the rest. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly body: BodyKind;
  /** Media types of a body that is a stream. */
  readonly consumes?: readonly string[];
  /** Not part of the Onedata API. */
  readonly extension?: true;
  /** It changes nothing, although its method is not GET: it is not audited. */
  readonly readsOnly?: true;
  /** What jobs do with it is the work of their execution, as often as there are files: it is not audited. */
  readonly workOfJobs?: true;
  /** Known, but answers `notSupported`. */
  readonly unsupported?: true;
  /** Media types of the answer; JSON when absent. */
  readonly produces?: readonly string[];
  /** A session that the browser holds already is not looked at. */
  readonly freshLogin?: true;
  /** Tokens of jobs are admitted; the handler confines them. */
  readonly jobTokens?: true;
  readonly parameters?: readonly ParameterText[];
  handle(call: Call): Promise<Answer>;
}

export function json(body: unknown): Answer {
  return { kind: 'json', status: 200, body };
}

export function created(location: string, body?: unknown): Answer {
  return body === undefined ? { kind: 'created', location } : { kind: 'json', status: 201, body, location };
}

export const noContent: Answer = { kind: 'noContent' };
export const answered: Answer = { kind: 'answered' };
