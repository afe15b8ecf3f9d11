/** The `Idempotency-Key` header (extension): a request that names itself may be sent again without a second effect. */
import { createHash } from 'node:crypto';
import type { RequestKey } from '@laneway/engine';
import { canonicalJson, makeError, type JsonObject } from '@laneway/model';
import { Refusal } from './refusal.ts';
import type { Call, Route } from './route.ts';

const header = 'Idempotency-Key';
const printable = /^[\x20-\x7e]{1,255}$/;

export const requestKeyParameter = {
  name: header,
  in: 'header',
  text: 'extension: 1–255 printable characters; the same request with the same key is answered as before, without a second effect',
} as const satisfies NonNullable<Route['parameters']>[number];

/** The key with a fingerprint of what is asked; undefined when the request has none. */
export function requestKeyOf(call: Call, parameters: JsonObject): RequestKey | undefined {
  const key = call.request.headers[header.toLowerCase()];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !printable.test(key))
    throw new Refusal(makeError('badData', { key: header, hint: 'it takes 1 to 255 printable characters' }));
  return { key, fingerprint: createHash('sha256').update(canonicalJson(parameters)).digest('base64url') };
}
