/**
 * Requests that must have their effect once. Each gets a key of its own, so that it can be sent again when its answer was
 * lost: the server knows it by the key and answers as before.
 */
import { ApiError, UnreachableError } from './errors.ts';

const pausesMs = [200, 600];

/** Refusals of proxies and of a server that is on its way down or up, by which nothing is decided. */
const undecided = new Set(['http502', 'http503', 'http504', 'temporaryFailure']);

export async function sendOnce<T>(send: (headers: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
  const headers = { 'idempotency-key': newKey() };
  for (const pauseMs of pausesMs) {
    try {
      return await send(headers);
    } catch (error) {
      if (!mayBeSentAgain(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  return await send(headers);
}

function mayBeSentAgain(error: unknown): boolean {
  return error instanceof UnreachableError || (error instanceof ApiError && undecided.has(error.error.id));
}

/** `randomUUID` is only there on secure pages. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
