import { automationErrors } from './catalogue/automation.ts';
import { dataValidationErrors } from './catalogue/data-validation.ts';
import { generalErrors } from './catalogue/general.ts';
import { serviceErrors } from './catalogue/services.ts';
import { tokenErrors } from './catalogue/tokens.ts';
import type { BaseDetailKind, DetailKind, ErrorDefinition } from './definition.ts';
import type { ErrorObject } from './result.ts';

/** Every error of the contract. An id is never reused for another meaning. */
export const errorCatalogue = {
  ...generalErrors,
  ...tokenErrors,
  ...dataValidationErrors,
  ...automationErrors,
  ...serviceErrors,
} as const satisfies Readonly<Record<string, ErrorDefinition>>;

/** The catalogue in its parts, for documents. */
export const errorCategories: readonly { readonly title: string; readonly errors: Readonly<Record<string, ErrorDefinition>> }[] = [
  { title: 'General, credentials, connections, files', errors: generalErrors },
  { title: 'Tokens', errors: tokenErrors },
  { title: 'Data validation', errors: dataValidationErrors },
  { title: 'Automation', errors: automationErrors },
  { title: 'Services, spaces, protocol', errors: serviceErrors },
];

type Catalogue = typeof errorCatalogue;
export type ErrorId = keyof Catalogue;

interface DetailValues {
  readonly string: string;
  readonly integer: number;
  readonly strings: readonly string[];
  readonly json: unknown;
  readonly error: ErrorObject;
}

type ValueOfKind<K extends DetailKind> = K extends `${infer B extends BaseDetailKind}?`
  ? DetailValues[B] | null
  : K extends BaseDetailKind
    ? DetailValues[K]
    : never;

type DeclaredDetails<D extends Readonly<Record<string, DetailKind>>> = {
  readonly [K in keyof D as D[K] extends `${string}?` ? never : K]: ValueOfKind<D[K]>;
} & {
  readonly [K in keyof D as D[K] extends `${string}?` ? K : never]?: ValueOfKind<D[K]>;
};

/** Details of `badData`: a nested error, or a hint which may be missing (rest R39). */
export type BadDataDetails =
  | { readonly key: string; readonly hint?: string | null }
  | { readonly key: string; readonly specificError: ErrorObject };

/** What `makeError` wants for one id; nullable details may be left out and become null. */
export type ErrorDetails<I extends ErrorId> = I extends 'badData' ? BadDataDetails : DeclaredDetails<Catalogue[I]['details']>;

export function isErrorId(id: string): id is ErrorId {
  return Object.hasOwn(errorCatalogue, id);
}

/** The entry of an id, or undefined for an id that is not of the contract. */
export function errorDefinition(id: string): ErrorDefinition | undefined {
  return isErrorId(id) ? errorCatalogue[id] : undefined;
}
