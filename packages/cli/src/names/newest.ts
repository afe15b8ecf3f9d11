/** Revisions of workflows and lambdas, by number. */
import type { Lambda } from '@laneway/client';
import { CliError } from '../failure.ts';

export type Registry<T> = Readonly<Record<string, T>>;

/** Ascending; keys of JSON objects come in any order. */
export function revisionNumbers(registry: Registry<unknown>): readonly number[] {
  return Object.keys(registry)
    .map(Number)
    .toSorted((one, other) => one - other);
}

/** The revision that is asked for, else the newest; a hint names those that there are. */
export function chooseRevision(name: string, registry: Registry<unknown>, asked: number | undefined): number {
  const numbers = revisionNumbers(registry);
  const newest = numbers.at(-1);
  if (newest === undefined) throw new CliError(`"${name}" has no revision`);
  if (asked === undefined || numbers.includes(asked)) return asked ?? newest;
  throw new CliError(`"${name}" has no revision ${asked}`, `it has ${numbers.join(', ')}`);
}

/** The name in its newest revision. */
export function lambdaName({ revisionRegistry, atmLambdaId }: Lambda): string {
  return revisionRegistry[String(revisionNumbers(revisionRegistry).at(-1))]?.name ?? atmLambdaId;
}
