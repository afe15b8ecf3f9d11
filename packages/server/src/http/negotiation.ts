/** Content negotiation of the contract (rest R6–R9, D6). */

export type Negotiation = 'acceptable' | 'notAcceptable' | 'malformed';

const mediaRange = /^([\w!#$&^.+-]+|\*)\/([\w!#$&^.+-]+|\*)(\s*;\s*[\w.-]+\s*=\s*("[^"]*"|[^\s;,"]+))*$/;

/** A range that the client wants nothing of. */
const unwanted = /;\s*q\s*=\s*0(\.0{0,3})?\s*(;|$)/;

/**
 * Whether a request with this `Accept` header can be answered with one of the types. Letter case means nothing in media types, and neither
 * do empty places in a list.
 */
export function negotiate(accept: string | undefined, types: readonly string[]): Negotiation {
  const texts = (accept ?? '').toLowerCase().split(',');
  const wanted = texts.map((text) => text.trim()).filter((text) => text !== '');
  if (wanted.length === 0) return 'acceptable';
  const ranges = wanted.map((text) => mediaRange.exec(text)).filter((range) => range !== null);
  if (ranges.length < wanted.length) return 'malformed';
  const matches = ranges
    .filter(([text]) => !unwanted.test(text))
    .some(([, rangeMajor, rangeMinor]) =>
      types.some((type) => {
        const [major, minor] = type.split('/');
        return (rangeMajor === '*' || rangeMajor === major) && (rangeMinor === '*' || rangeMinor === minor);
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
