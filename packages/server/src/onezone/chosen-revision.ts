/** Which revision of a lambda or workflow schema a request means. */
import { integerField, makeError, ownValue } from '@laneway/model';
import { notFound } from '../auth/identity.ts';
import { zoneData } from '../http/fields.ts';
import { Refusal } from '../http/refusal.ts';
import type { Call } from '../http/route.ts';

interface Revised<Revision> {
  readonly revisionRegistry: Readonly<Record<string, Revision>>;
}

export interface ChosenRevision<Revision> {
  readonly number: number;
  readonly revision: Revision;
}

/** A positive integer, or null for the word that stands for the number in the body (rest R120, R123). */
export function revisionNumberOf(text: string, key: string, word: 'auto' | null): number | null {
  if (text === word) return null;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Refusal(makeError('badData', { key }));
}

/** By a number as it stands in the registry, or in a path. */
export function revisionOf<Revision>({ revisionRegistry }: Revised<Revision>, number: number | string): Revision | undefined {
  return ownValue(revisionRegistry, String(number)) as Revision | undefined;
}

/** The one that the body of a dump of the whole names (schemas R24). */
export function includedRevision<Revision>(call: Call, entity: Revised<Revision>): ChosenRevision<Revision> {
  const { includeRevision: number } = zoneData(call.body, { required: { includeRevision: integerField({ min: 1 }) } });
  const revision = revisionOf(entity, number);
  if (revision === undefined) throw new Refusal(makeError('badValueIdNotFound', { key: 'includeRevision' }));
  return { number, revision };
}

/** The one that the path of a dump names; one that is not there is 404 instead of a failure (schemas R25). */
export function revisionInPath<Revision>(call: Call, entity: Revised<Revision>): ChosenRevision<Revision> {
  const number = revisionNumberOf(call.param('rid'), 'revisionNumber', null) ?? 0;
  const revision = revisionOf(entity, number);
  if (revision === undefined) throw notFound();
  return { number, revision };
}
