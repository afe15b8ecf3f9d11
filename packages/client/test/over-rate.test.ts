/** A client that sends too many requests waits for its turn (extension): nothing was carried out of what it sends again. */
import { describe, expect, test } from 'vitest';
import { ApiError, LanewayClient } from '../src/index.ts';

const error = { error: { id: 'limitReached', description: 'too many', details: {} } };

interface Sent {
  readonly client: LanewayClient;
  readonly requests: string[];
  readonly pauses: number[];
}

/** Refuses so many requests, then answers. */
function refusing(times: number, retryAfter: string | null = '2'): Sent {
  const requests: string[] = [];
  const pauses: number[] = [];
  const client = new LanewayClient({
    server: 'http://server',
    token: 'secret',
    fetch: async (_input, init) => {
      requests.push(typeof init?.body === 'string' ? init.body : '');
      const headers = { 'content-type': 'application/json', ...(retryAfter === null ? {} : { 'retry-after': retryAfter }) };
      if (requests.length <= times) return await Promise.resolve(new Response(JSON.stringify(error), { status: 429, headers }));
      return await Promise.resolve(
        new Response(JSON.stringify({ uploadId: 'u' }), { status: 201, headers: { location: 'http://server/spaces/s1' } }),
      );
    },
    pause: async (ms, signal) => {
      pauses.push(ms);
      await Promise.resolve();
      signal?.throwIfAborted();
    },
  });
  return { client, requests, pauses };
}

describe('too many requests', () => {
  test('are sent again, the same, after the time that the server tells', async () => {
    const { client, requests, pauses } = refusing(2);
    expect(await client.registry.createSpace({ name: 'one' })).toBe('s1');
    expect([requests, pauses]).toEqual([Array(3).fill('{"name":"one"}'), [2000, 2000]]);
  });

  test('that never get their turn are told after ten times', async () => {
    const { client, requests } = refusing(1000);
    await expect(client.registry.createSpace({ name: 'one' })).rejects.toMatchObject({ status: 429, error: { id: 'limitReached' } });
    expect(requests.length).toBe(11);
  });

  test.each([null, 'tomorrow', '3600'])('are told at once when the turn is %j', async (retryAfter) => {
    const { client, requests } = refusing(1, retryAfter);
    await expect(client.registry.createSpace({ name: 'one' })).rejects.toThrow(ApiError);
    expect(requests.length).toBe(1);
  });

  test('a stream is not sent again: it has been read', async () => {
    const { client, requests } = refusing(1);
    await expect(client.uploads.send('s', new Blob(['1\n']).stream())).rejects.toMatchObject({ status: 429 });
    expect(requests.length).toBe(1);
  });
});
