/** The operations that the clients of the reference's form know (rest §9); the table is generated from the server's routes. */
import { readFileSync } from 'node:fs';

export type Service = 'oneprovider' | 'onezone';

export interface Operation {
  /** Camel case of the operation id. */
  readonly name: string;
  readonly service: Service;
  readonly method: string;
  /** With parameters in braces. */
  readonly path: string;
  readonly summary: string;
  /** It takes a JSON body, and nothing else. */
  readonly takesJson: boolean;
  /** Beside those in the path. */
  readonly parameters: readonly Parameter[];
}

interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'body' | 'header';
  readonly text: string;
  /** Of the query: without it there is no answer. */
  readonly required?: true;
  /** Of the query: it may be given several times. */
  readonly repeatable?: true;
}

const table = new URL('operations.json', import.meta.url);

export function operationsOf(service: Service): ReadonlyMap<string, Operation> {
  const all = JSON.parse(readFileSync(table, 'utf8')) as readonly Operation[];
  return new Map(all.filter((operation) => operation.service === service).map((operation) => [operation.name, operation]));
}

/** Names of the parameters in the path. */
export function pathParametersOf({ path }: Operation): readonly string[] {
  return [...path.matchAll(/\{…?([a-z]+)\}/g)].map((match) => match[1] ?? '');
}
