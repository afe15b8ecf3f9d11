import { randomBytes } from 'node:crypto';

/** A secret of 256 bits, as hex text. */
export function newSecret(): string {
  return randomBytes(32).toString('hex');
}
