/** The client reaches every operation that the API offers. */
import { LanewayClient } from '@laneway/client';
import { expect, test } from 'vitest';
import { describedApi } from '../../packages/server/test/support/world.ts';
import { ofExecutions } from './client/of-executions.ts';
import { ofFiles } from './client/of-files.ts';
import { ofInventories } from './client/of-inventories.ts';
import { ofMembers } from './client/of-members.ts';
import { ofPlaces } from './client/of-places.ts';
import { ofTokens } from './client/of-tokens.ts';
import { ofUsers } from './client/of-users.ts';
import { forBrowsers, offeredOperations, type Use } from './offered.ts';

const uses: Readonly<Record<string, Use>> = {
  ...ofExecutions,
  ...ofFiles,
  ...ofUsers,
  ...ofPlaces,
  ...ofMembers,
  ...ofInventories,
  ...ofTokens,
};

/** Enough of an answer for every method to go on to its end. */
const anyAnswer = JSON.stringify({ children: [], datasets: [], changes: [], blockers: [], isLast: true, nextPageToken: null });

/** Operations that a use of the client asks for. */
async function askedFor(use: Use): Promise<readonly (string | undefined)[]> {
  const asked: (string | undefined)[] = [];
  const recording: typeof fetch = async (input, init) => {
    const { url, method } = new Request(input, init);
    const { pathname } = new URL(url);
    asked.push(describedApi().operationFor({ method, url: pathname })?.operationId);
    const ended = pathname.endsWith('/events') && !pathname.includes('/pods/');
    return new Response(ended ? null : anyAnswer, { status: ended ? 204 : 200, headers: { location: 'http://server/made' } });
  };
  await use(new LanewayClient({ server: 'http://server', token: 't', fetch: recording }));
  return asked;
}

test('every operation is offered by a method, or is for browsers', () => {
  expect([...Object.keys(uses), ...Object.keys(forBrowsers)].toSorted()).toEqual([...offeredOperations()].toSorted());
});

test.each(Object.entries(uses))('%s is what its method asks for, and nothing else', async (operationId, use) => {
  expect(await askedFor(use)).toEqual([operationId]);
});
