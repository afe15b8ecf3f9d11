/** Fills the array with random bytes and returns it. */
export type RandomSource = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;

const platformRandom: RandomSource = (bytes) => globalThis.crypto.getRandomValues(bytes);

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A fresh id: 32 hex digits, `ch`, 4 hex digits (rest R16). */
export function newId(random: RandomSource = platformRandom): string {
  const digits = hex(random(new Uint8Array(18)));
  return `${digits.slice(0, 32)}ch${digits.slice(32)}`;
}

/** Milliseconds as the whole seconds that the contract's times are counted in (rest R18). */
export function secondsOf(atMs: number): number {
  return Math.floor(atMs / 1000);
}
