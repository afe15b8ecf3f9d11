import type { LanewayClient, WorkflowDump } from '@laneway/client';

/** Imports a workflow, runs it in a space, waits for its end and reads a store. */
export async function runWorkflow(
  client: LanewayClient,
  dump: WorkflowDump,
  { inventoryId, spaceId, input }: { inventoryId: string; spaceId: string; input: Record<string, unknown> },
): Promise<{ status: string; values: unknown[] }> {
  const atmWorkflowSchemaId = await client.workflows.create(inventoryId, dump);
  const executionId = await client.executions.schedule({
    spaceId,
    atmWorkflowSchemaId,
    atmWorkflowSchemaRevisionNumber: dump.revision.originalRevisionNumber,
    storeInitialContentOverlay: input,
  });
  for await (const message of client.executions.follow(executionId)) {
    if (message.kind === 'execution') console.error(`${message.change.from} → ${message.change.to}`);
  }
  const { status, storeRegistry } = await client.executions.details(executionId);
  const values: unknown[] = [];
  for (const storeId of Object.values(storeRegistry)) {
    for await (const entry of client.stores.entries(storeId)) if (entry.success) values.push(entry.value);
  }
  return { status, values };
}
