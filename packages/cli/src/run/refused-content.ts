/** Refusals of initial content in the words of whoever gave it: the store by its name, and where in the value it is wrong. */
import { ApiError } from '@laneway/client';
import { CliError } from '../failure.ts';
import { isRecord } from './dump.ts';
import type { SchemaView } from './schema-view.ts';

const maxValueLength = 80;

/** Any other error is given back as it is. */
export function inWordsOfInputs(error: unknown, schema: SchemaView): unknown {
  if (!(error instanceof ApiError) || error.error.id !== 'atmStoreCreationFailed') return error;
  const { atmStoreSchemaId, specificError } = error.error.details ?? {};
  const store = schema.stores.find(({ id }) => id === atmStoreSchemaId);
  if (store === undefined || !isRecord(specificError)) return error;
  const { place, reason } = innermost(specificError, '');
  const hint = place.startsWith('$[') ? 'items are counted from 0: $[0] is the first one' : undefined;
  return new CliError(`--input ${store.name}: ${place === '' ? '' : `${place}: `}${reason} [${error.error.id}]`, hint);
}

/** What holds a value tells of the first thing that is wrong in it. */
function innermost(error: Readonly<Record<string, unknown>>, place: string): { readonly place: string; readonly reason: string } {
  const details = isRecord(error['details']) ? error['details'] : {};
  const [first] = isRecord(details['valueConstraints']) ? Object.entries(details['valueConstraints']) : [];
  if (first !== undefined && isRecord(first[1])) return innermost(first[1], place === '' ? first[0] : `${place} ${first[0]}`);
  const value = JSON.stringify(details['value']) ?? '';
  const given = value === '' || value.length > maxValueLength ? '' : ` It is ${value}.`;
  return { place, reason: `${String(error['description'])}${given}` };
}
