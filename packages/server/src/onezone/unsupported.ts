/** Operations of the reference that are not offered: they exist, and say so (D6). */
import { makeError } from '@laneway/model';
import { Refusal } from '../http/refusal.ts';
import type { Method, Route } from '../http/route.ts';

type Entry = readonly [methods: string, path: string, subject: string];

const entries: readonly Entry[] = [['POST', '/spaces/{id}/providers/token', 'space_support_token']];

export function unsupportedRoutes(): Route[] {
  return entries.flatMap(([methods, path, subject]) =>
    methods.split(' ').map((method): Route => ({
      prefix: '/api/v3/onezone',
      method: method as Method,
      path,
      operationId: `unsupported_${method.toLowerCase()}_${subject}`,
      summary: 'Not offered',
      body: 'ignored',
      unsupported: true,
      handle: async () => {
        throw new Refusal(makeError('notSupported'));
      },
    })),
  );
}
