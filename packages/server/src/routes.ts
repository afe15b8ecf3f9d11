/** Every route of the API, in the order of the documentation. */
import type { ServerDeps } from './deps.ts';
import { datasetRoutes } from './files/datasets.ts';
import { fileRoutes } from './files/routes.ts';
import type { Route } from './http/route.ts';
import { bulkRoutes } from './oneprovider/bulk.ts';
import { controlRoutes } from './oneprovider/control.ts';
import { eventsRoute } from './oneprovider/events.ts';
import { lambdaCatalogueRoute } from './oneprovider/lambda-catalogue.ts';
import { listExecutionsRoute } from './oneprovider/list-executions.ts';
import { insightRoutes } from './oneprovider/insight.ts';
import { podRoutes } from './oneprovider/pods.ts';
import { schemaRoute } from './oneprovider/schema.ts';
import { scheduleRoute } from './oneprovider/schedule.ts';
import { providerSpaceRoutes } from './oneprovider/spaces.ts';
import { storeExportRoutes } from './oneprovider/store-export.ts';
import { storeRoutes } from './oneprovider/stores.ts';
import { summariesRoute } from './oneprovider/summaries.ts';
import { taskRoute } from './oneprovider/tasks.ts';
import { auditRoute } from './onezone/audit.ts';
import { clientTokenRoutes } from './onezone/client-tokens.ts';
import { groupRoutes } from './onezone/groups.ts';
import { passwordRoutes } from './onezone/passwords.ts';
import { oidcRoutes } from './onezone/oidc.ts';
import { uploadRoutes } from './oneprovider/uploads.ts';
import { inventoryRoutes } from './onezone/inventories.ts';
import { joiningRoutes } from './onezone/joining.ts';
import { lambdaRoutes } from './onezone/lambdas.ts';
import { sessionRoutes } from './onezone/sessions.ts';
import { relationRoutes } from './onezone/relations/routes.ts';
import { spaceOwnerRoutes } from './onezone/space-owners.ts';
import { spaceRoutes } from './onezone/spaces.ts';
import { tokenVerificationRoutes } from './onezone/token-verification.ts';
import { tokenRoutes } from './onezone/tokens.ts';
import { unsupportedRoutes } from './onezone/unsupported.ts';
import { userRoutes } from './onezone/users.ts';
import { workflowSchemaRoutes } from './onezone/workflow-schemas.ts';
import { zonePrivilegeRoutes } from './onezone/zone-privileges.ts';

export function allRoutes(deps: ServerDeps, closing: AbortSignal): readonly Route[] {
  return [
    listExecutionsRoute(deps),
    summariesRoute(deps),
    scheduleRoute(deps),
    ...uploadRoutes(deps, closing),
    ...controlRoutes(deps),
    ...bulkRoutes(deps),
    schemaRoute(deps),
    ...insightRoutes(deps),
    ...podRoutes(deps),
    eventsRoute(deps, closing),
    ...storeRoutes(deps),
    ...storeExportRoutes(deps),
    taskRoute(deps),
    lambdaCatalogueRoute(deps),
    ...providerSpaceRoutes(deps),
    ...fileRoutes(deps),
    ...datasetRoutes(deps),
    ...userRoutes(deps),
    ...passwordRoutes(deps),
    ...sessionRoutes(deps),
    ...oidcRoutes(deps),
    ...zonePrivilegeRoutes(deps),
    ...spaceRoutes(deps),
    ...spaceOwnerRoutes(deps),
    ...groupRoutes(deps),
    ...inventoryRoutes(deps),
    ...relationRoutes(deps),
    ...lambdaRoutes(deps),
    ...workflowSchemaRoutes(deps),
    ...tokenRoutes(deps),
    ...tokenVerificationRoutes(deps),
    ...joiningRoutes(deps),
    ...clientTokenRoutes(deps),
    auditRoute(deps),
    ...unsupportedRoutes(),
  ];
}
