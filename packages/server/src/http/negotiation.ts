/** Content negotiation of the contract (rest R6–R9, D6). */

export type Negotiation = 'acceptable' | 'notAcceptable' | 'malformed';

const mediaRange = /^([\w!#$&^.+-]+|\*)\/([\w!#$&^.+-]+|\*)(\s*;\s*[\w.-]+\s*=\s*("[^"]*"|[^\s;,"]+))*$/;

/** Whether a request with this `Accept` header can be answered with one of the types. */
export function negotiate(accept: string | undefined, types: readonly string[]): Negotiation {
  if (accept === undefined || accept.trim() === '') return 'acceptable';
  const ranges = accept.split(',').map((range) => mediaRange.exec(range.trim()));
  if (ranges.includes(null)) return 'malformed';
  const matches = ranges.some((range) =>
    types.some((type) => {
      const [major, minor] = type.split('/');
      return (range?.[1] === '*' || range?.[1] === major) && (range?.[2] === '*' || range?.[2] === minor);
    }),
  );
  return matches ? 'acceptable' : 'notAcceptable';
}

/** JSON, with a character set or without (D6). */
export function isJsonType(contentType: string | undefined): boolean {
  return /^application\/json\s*(;.*)?$/i.test(contentType ?? '');
}

/** One of the types, with parameters or without. */
export function isOfTypes(contentType: string | undefined, types: readonly string[]): boolean {
  return types.includes((contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '');
}
