import type { LanewayClient, WorkflowDump } from '@laneway/client';
import type { Made } from './undo.ts';

const defaultInventory = 'workflows';

/**
 * The schema of a dump in the caller's first inventory, made when it is not there yet. One that came from the same origin is
 * used again and its revision set to the dump's, so that what runs is what the file says. `made` is told of everything that is new.
 */
export async function importDump(client: LanewayClient, dump: WorkflowDump, made: Made = () => undefined): Promise<string> {
  const [first] = await client.belongings.ids('self', 'atm_inventories');
  const inventoryId = first ?? (await client.inventories.create(defaultInventory));
  if (first === undefined) made(`inventory ${inventoryId}`, async () => await client.inventories.delete(inventoryId));
  for (const schemaId of await client.workflows.ids(inventoryId)) {
    const schema = await client.workflows.get(schemaId);
    if (schema.originalAtmWorkflowSchemaId !== dump.originalAtmWorkflowSchemaId) continue;
    await client.workflows.putRevision(schemaId, dump.revision, dump.revision.originalRevisionNumber);
    return schemaId;
  }
  const lambdasBefore = new Set(await client.lambdas.ids(inventoryId));
  const schemaId = await client.workflows.create(inventoryId, dump);
  made(`workflow schema ${schemaId} with its lambdas`, async () => {
    await client.workflows.delete(schemaId);
    const brought = (await client.lambdas.ids(inventoryId)).filter((lambdaId) => !lambdasBefore.has(lambdaId));
    for (const lambdaId of brought) await client.lambdas.unlink(lambdaId, inventoryId);
  });
  return schemaId;
}
