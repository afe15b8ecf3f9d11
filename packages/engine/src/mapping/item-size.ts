import { makeError, type ErrorObject } from '@laneway/model';

/** Unless the configuration says otherwise (design §5). */
export const defaultMaxItemBytes = 16 * 1024 * 1024;

/** Whether the JSON text of an item is above the limit; counts bytes only when the length leaves it open. */
export function isTooLarge(text: string, maxItemBytes: number): boolean {
  return text.length * 3 > maxItemBytes && Buffer.byteLength(text) > maxItemBytes;
}

export function tooLarge(maxItemBytes: number): ErrorObject {
  return makeError('badData', { key: 'item', hint: `an item may have ${maxItemBytes} bytes at most` });
}
