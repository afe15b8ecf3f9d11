import type { LanewayClient, WorkflowDump } from '@laneway/client';
import type { Made } from './undo.ts';

const defaultInventory = 'workflows';

/**
 * The schema of a dump in the caller's first inventory, made when it is not there yet. One that came from the same origin is
 * used again and its revision set to the dump's, so that what runs is what the file says. `made` is told of everything that is new.
 */
export async function importDump(client: LanewayClient, dump: WorkflowDump, made: Made = () => undefined): Promise<string> {
  const { registry } = client;
  const [first] = await registry.inventories();
  const inventoryId = first ?? (await registry.createInventory(defaultInventory));
  if (first === undefined) made(`inventory ${inventoryId}`, async () => await registry.deleteInventory(inventoryId));
  for (const schemaId of await registry.workflowSchemas(inventoryId)) {
    const schema = await registry.workflowSchema(schemaId);
    if (schema.originalAtmWorkflowSchemaId !== dump.originalAtmWorkflowSchemaId) continue;
    await registry.putWorkflowRevision(schemaId, dump.revision);
    return schemaId;
  }
  const lambdasBefore = new Set(await registry.lambdas(inventoryId));
  const schemaId = await registry.createWorkflowSchema(inventoryId, dump);
  made(`workflow schema ${schemaId} with its lambdas`, async () => {
    await registry.deleteWorkflowSchema(schemaId);
    const brought = (await registry.lambdas(inventoryId)).filter((lambdaId) => !lambdasBefore.has(lambdaId));
    for (const lambdaId of brought) await registry.unlinkLambda(lambdaId, inventoryId);
  });
  return schemaId;
}
