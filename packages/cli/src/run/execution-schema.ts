import { ApiError, type ExecutionSchemaDetails, type LanewayClient } from '@laneway/client';

/** What an execution was scheduled with; null from servers of earlier versions, which do not show it. */
export async function executionSchema(client: LanewayClient, executionId: string): Promise<ExecutionSchemaDetails | null> {
  try {
    return await client.executions.schema(executionId);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
