/**
 * Passwords are kept as scrypt hashes that carry their parameters, so that those of new ones can grow while old ones stay
 * good: `scrypt$<N>$<r>$<p>$<salt>$<hash>`.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface Parameters {
  /** Memory is 128 × N × r bytes. */
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

const current: Parameters = { cost: 16_384, blockSize: 8, parallelization: 5 };
const hashBytes = 32;
/** No stored parameters make a check take more than this. */
const maxMemory = 128 * 1024 * 1024;

/** Hashing takes a thread of the few that also read files: at most two at once. */
const slots = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, { cost, blockSize, parallelization }: Parameters): Promise<Buffer> {
  if (running >= slots) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const options = { cost, blockSize, parallelization, maxmem: maxMemory };
      scrypt(password.normalize('NFC'), salt, hashBytes, options, (error, key) => (error === null ? resolve(key) : reject(error)));
    });
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, current);
  const { cost, blockSize, parallelization } = current;
  return ['scrypt', cost, blockSize, parallelization, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** What is compared with when there is no such user, so that the answer takes as long (no enumeration). */
const nobodysHash = `scrypt$${current.cost}$${current.blockSize}$${current.parallelization}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Whether it is the password of the hash; null = there is none, which takes as long to find out. */
export async function passwordMatches(password: string, stored: string | null): Promise<boolean> {
  const [, cost, blockSize, parallelization, salt = '', hash = ''] = (stored ?? nobodysHash).split('$');
  const parameters = { cost: Number(cost), blockSize: Number(blockSize), parallelization: Number(parallelization) };
  const expected = Buffer.from(hash, 'base64url');
  const key = await derive(password, Buffer.from(salt, 'base64url'), parameters);
  return key.length === expected.length && timingSafeEqual(key, expected) && stored !== null;
}
