/** What is told of every operation, by its id. */
import type { Operations } from './operation.ts';
import { bulkOperationTexts, executionExtensions, storeExtensions } from './operations/execution-extensions.ts';
import { executionOperations } from './operations/executions.ts';
import { datasetOperations, fileOperations } from './operations/files.ts';
import { inventoryOperations, memberOperations } from './operations/inventories.ts';
import { lambdaOperations } from './operations/lambdas.ts';
import { spaceOperations } from './operations/spaces.ts';
import { tokenOperations } from './operations/tokens.ts';
import { groupOperations, userOperations } from './operations/users.ts';
import { workflowSchemaOperations } from './operations/workflow-schemas.ts';

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
  ...memberOperations('space', 'user'),
  ...memberOperations('space', 'group'),
  ...userOperations,
  ...groupOperations,
  ...tokenOperations,
};
