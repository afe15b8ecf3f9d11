import type { LanewayClient, WorkflowDump } from '@laneway/client';

const defaultInventory = 'workflows';

export interface ImportedDump {
  readonly schemaId: string;
  readonly inventoryId: string;
  /** The schema was made by this import. */
  readonly isNew: boolean;
}

/**
 * The schema of a dump in the caller's first inventory, made when it is not there yet. One that came from the same origin is
 * used again and its revision set to the dump's, so that what runs is what the file says.
 */
export async function importDump(client: LanewayClient, dump: WorkflowDump): Promise<ImportedDump> {
  const [first] = await client.registry.inventories();
  const inventoryId = first ?? (await client.registry.createInventory(defaultInventory));
  for (const schemaId of await client.registry.workflowSchemas(inventoryId)) {
    const schema = await client.registry.workflowSchema(schemaId);
    if (schema.originalAtmWorkflowSchemaId !== dump.originalAtmWorkflowSchemaId) continue;
    await client.registry.putWorkflowRevision(schemaId, dump.revision);
    return { schemaId, inventoryId, isNew: false };
  }
  return { schemaId: await client.registry.createWorkflowSchema(inventoryId, dump), inventoryId, isNew: true };
}
