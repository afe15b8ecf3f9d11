/** `GET …/automation/lambdas`: an extension that shows which images this server runs by itself. */
import { checkCaveats } from '../auth/caveats.ts';
import { hasZonePrivilege, requireUser } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { json, type Route } from '../http/route.ts';

/** For every user; where the lambdas lie and what the machine offers is told to administrators only. */
export function lambdaCatalogueRoute(deps: ServerDeps): Route {
  return {
    prefix: '/api/v3/oneprovider',
    method: 'GET',
    path: '/automation/lambdas',
    operationId: 'list_available_lambdas',
    summary: 'List the lambdas that this server runs by itself: name, kind and images; to administrators also source and report',
    body: 'none',
    extension: true,
    handle: async (call) => {
      checkCaveats(call.identity, { service: 'opw', method: 'GET', gri: 'op_atm_lambda_catalogue.null.instance:private' });
      const user = requireUser(call.identity);
      const lambdas = deps.lambdas.list();
      if (hasZonePrivilege(user, 'oz_atm_inventories_view')) return json({ lambdas, report: await deps.lambdas.report() });
      return json({ lambdas: lambdas.map(({ source: _source, ...shown }) => shown) });
    },
  };
}
