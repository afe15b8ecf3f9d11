import type { LanewayClient } from '@laneway/client';

/** Copies the newest revision of a workflow into another inventory, with the lambdas that it uses. */
export async function copyWorkflow(client: LanewayClient, schemaId: string, inventoryId: string): Promise<string> {
  const { revisionRegistry } = await client.workflows.get(schemaId);
  const newest = Math.max(...Object.keys(revisionRegistry).map(Number));
  return await client.workflows.create(inventoryId, await client.workflows.dump(schemaId, newest));
}
