/** What is told of every operation, by its id. */
import type { Operations } from './operation.ts';
import { accountOperations, sessionOperations } from './operations/accounts.ts';
import { belongingToGroups, belongingToSpaces } from './operations/belonging.ts';
import { bulkOperationTexts, executionExtensions, storeExtensions } from './operations/execution-extensions.ts';
import { executionOperations } from './operations/executions.ts';
import { datasetOperations, fileOperations } from './operations/files.ts';
import { groupOperations } from './operations/groups.ts';
import { inventoryOperations } from './operations/inventories.ts';
import { joiningOperations } from './operations/joining.ts';
import { lambdaOperations } from './operations/lambdas.ts';
import { memberOperations } from './operations/members.ts';
import { spaceOperations } from './operations/spaces.ts';
import { clientTokenOperations, tokenOperations } from './operations/tokens.ts';
import { userOperations } from './operations/users.ts';
import { workflowSchemaOperations } from './operations/workflow-schemas.ts';
import { zonePrivilegeOperations } from './operations/zone-privileges.ts';

export const operations: Operations = {
  ...executionOperations,
  ...executionExtensions,
  ...bulkOperationTexts,
  ...storeExtensions,
  ...fileOperations,
  ...datasetOperations,
  ...inventoryOperations,
  ...memberOperations('atm_inventory', 'user'),
  ...memberOperations('atm_inventory', 'group'),
  ...lambdaOperations,
  ...workflowSchemaOperations,
  ...spaceOperations,
  ...belongingToSpaces,
  ...memberOperations('space', 'user'),
  ...memberOperations('space', 'group'),
  ...userOperations,
  ...accountOperations,
  ...sessionOperations,
  ...zonePrivilegeOperations,
  ...groupOperations,
  ...belongingToGroups,
  ...memberOperations('group', 'user'),
  ...memberOperations('group', 'child'),
  ...joiningOperations,
  ...tokenOperations,
  ...clientTokenOperations,
};
