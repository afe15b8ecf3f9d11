/** One POST of a callback. Redirects are not followed, and what is connected to is the very address that was checked. */
import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { CallbackNetworks } from './callback-networks.ts';

export type CallbackOutcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** Its address is not allowed: no use in trying again. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface CallbackOptions {
  readonly networks: CallbackNetworks;
  readonly timeoutMs: number;
  /** From a name to its addresses. */
  readonly resolve?: (
    hostname: string,
    options: LookupAllOptions,
    callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
  ) => void;
}

/** How a callback is sent; never rejects. */
export type PostCallback = (url: string, body: string, options: CallbackOptions) => Promise<CallbackOutcome>;

class RefusedAddress extends Error {}

/** Never rejects. */
export async function postCallback(
  url: string,
  body: string,
  { networks, timeoutMs, resolve = lookup }: CallbackOptions,
): Promise<CallbackOutcome> {
  // Addresses in the URL are not looked up, so they are checked here.
  const problem = networks.problemOf(url);
  if (problem !== null) return { kind: 'refused', reason: problem };
  try {
    const status = await post(url, body, { lookup: checkedLookup(networks, resolve), signal: AbortSignal.timeout(timeoutMs) });
    return status >= 200 && status < 300 ? { kind: 'taken' } : { kind: 'failed', reason: `status ${status}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: error instanceof RefusedAddress ? 'refused' : 'failed', reason };
  }
}

async function post(url: string, body: string, options: RequestOptions): Promise<number> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  return await new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    // No pool: a connection that was made under another name must not serve this one.
    const sent = request(url, { ...options, method: 'POST', headers, agent: false }, (response) => {
      // The status is all that counts.
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Looks a name up and lets only allowed addresses through; an error when there is none. */
function checkedLookup(
  networks: CallbackNetworks,
  resolve: NonNullable<CallbackOptions['resolve']>,
): NonNullable<RequestOptions['lookup']> {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '', 0);
      const addresses: readonly LookupAddress[] = found.filter(({ address }) => networks.permits(address));
      const [first] = addresses;
      if (first === undefined) return callback(new RefusedAddress(`${hostname} has no address that callbacks may go to`), '', 0);
      if (options.all === true) return callback(null, [...addresses]);
      return callback(null, first.address, first.family);
    });
  };
}
