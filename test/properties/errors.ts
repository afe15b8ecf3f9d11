/** Errors of the product as the checker writes them: id and details only, also those inside of others. */
import type { CheckedError } from './checker/specs.ts';
import { isObject, own } from './checker/specs.ts';

export function bare(error: unknown): CheckedError {
  if (!isObject(error)) throw new Error(`no error: ${JSON.stringify(error)}`);
  const details = own(error, 'details');
  return { id: String(own(error, 'id')), details: isObject(details) ? bareDetails(details) : {} };
}

/** Only where errors are known to be nested: a value may well look like an error. */
function bareDetails(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const constraints = own(details, 'valueConstraints');
  const [place, inner] = isObject(constraints) ? (Object.entries(constraints)[0] ?? []) : [];
  const isNested = own(details, 'type') === 'array' && place?.startsWith('$[') === true;
  return {
    ...details,
    ...(isNested && place !== undefined ? { valueConstraints: { [place]: bare(inner) } } : {}),
    ...('specificError' in details ? { specificError: bare(details['specificError']) } : {}),
  };
}
