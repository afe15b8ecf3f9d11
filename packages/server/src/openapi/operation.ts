/** What the API description tells of one operation beside what its route knows: parameters, bodies, answers, refusals, privileges. */
import type { ErrorId } from '@laneway/model';
import { ref, type JsonSchema, type Schemas } from './json-schema.ts';

export const tags = {
  'Workflow execution': 'Scheduling, watching and controlling workflow executions.',
  Store: 'What executions read and write.',
  'Bulk operation': 'Operations on many executions.',
  File: 'Spaces and files as lambdas and their users see them.',
  Dataset: 'Files and directories that are marked.',
  'Automation inventory': 'Inventories and their members.',
  'Automation lambda': 'Lambdas and their revisions.',
  'Automation workflow schema': 'Workflow schemas and their revisions.',
  Space: 'Spaces and their members.',
  User: 'Users and zone-wide privileges.',
  Session: 'Logging people and their browsers in and out.',
  Group: 'Groups of users.',
  Token: 'Named and temporary tokens.',
  Audit: 'Who changed what.',
} as const;
export type Tag = keyof typeof tags;

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'header';
  readonly schema: JsonSchema;
  readonly required?: true;
  readonly extension?: true;
}

export interface AnswerText {
  readonly description: string;
  readonly schema?: JsonSchema;
  /** Media types; JSON when absent. */
  readonly types?: readonly string[];
  readonly headers?: Schemas;
}

export interface BodyText {
  readonly schema: JsonSchema;
  readonly required: boolean;
  readonly types?: readonly string[];
  /** The contract knows no body here. */
  readonly extension?: true;
}

/** By whom, or in what: the privileges of which one is needed. */
export type Privileges = Readonly<Record<string, readonly string[] | string>>;
export type Refusals = Readonly<Record<number, readonly ErrorId[]>>;

export interface OperationText {
  readonly tag: Tag;
  /** What the summary does not tell. */
  readonly about?: string;
  readonly privileges?: Privileges;
  /** Schemas of path parameters that are more than a text. */
  readonly path?: Schemas;
  readonly parameters?: readonly Parameter[];
  readonly body?: BodyText;
  readonly answers: Readonly<Record<number, AnswerText>>;
  readonly refusals: Refusals;
  /** No credentials are needed. */
  readonly open?: true;
}
export type Operations = Readonly<Record<string, OperationText>>;

/** The usual refusals, those of the given statuses, and ids of statuses that have more. */
export function refused(statuses: readonly (403 | 404)[], more: Refusals = {}): Refusals {
  return {
    401: ['unauthorized'],
    ...(statuses.includes(403) ? { 403: ['forbidden'] as const } : {}),
    ...(statuses.includes(404) ? { 404: ['notFound'] as const } : {}),
    500: ['internalServerError'],
    503: ['serviceUnavailable'],
    ...more,
  };
}

export function shows(schema: string | JsonSchema, description = 'What was asked for.'): OperationText['answers'] {
  return { 200: { description, schema: typeof schema === 'string' ? ref(schema) : schema } };
}

const location = { Location: { type: 'string', format: 'uri' } } as const;

/** 201 with the address of what was made. */
export function makes(schema?: string, description = 'It was made.'): OperationText['answers'] {
  return { 201: { description, headers: location, ...(schema === undefined ? {} : { schema: ref(schema) }) } };
}

/** 302: the browser goes on to the address. */
export function sendsOn(description: string): OperationText['answers'] {
  return { 302: { description, headers: { ...location, 'Set-Cookie': { type: 'string' } } } };
}

export const done: OperationText['answers'] = { 204: { description: 'It is done.' } };

export function takes(schema: string): BodyText {
  return { schema: ref(schema), required: true };
}

export function mayTake(schema: string): BodyText {
  return { schema: ref(schema), required: false };
}

export function query(name: string, schema: JsonSchema): Parameter {
  return { name, in: 'query', schema };
}

/** A query parameter that the contract does not have. */
export function extraQuery(name: string, schema: JsonSchema): Parameter {
  return { name, in: 'query', schema, extension: true };
}
