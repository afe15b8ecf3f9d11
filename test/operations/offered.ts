/** What the API offers, as far as programs use it: operations of the routes that are registered, and those that are for browsers. */
import type { LanewayClient } from '@laneway/client';
import type { ServerDeps } from '../../packages/server/src/deps.ts';
import { allRoutes } from '../../packages/server/src/routes.ts';

export type Use = (client: LanewayClient) => Promise<unknown>;

/** Operations that a program has no use for, with the reason. */
export const forBrowsers: Readonly<Record<string, string>> = {
  open_session: 'a session is held by a cookie; programs show a token or a password with each request',
  get_session: 'tells a page of its own session',
  close_session: 'ends a session of a page',
  begin_oidc_login: 'sends a browser to the identity provider',
  finish_oidc_login: 'the identity provider sends the browser back to it',
  begin_linking_account: 'sends a browser to the identity provider',
};

/** Ids of the operations that are offered under the API, in the order of the documentation. */
export function offeredOperations(): readonly string[] {
  const routes = allRoutes({ registry: {} } as unknown as ServerDeps, new AbortController().signal);
  return routes.filter((route) => route.unsupported !== true).map((route) => route.operationId);
}
