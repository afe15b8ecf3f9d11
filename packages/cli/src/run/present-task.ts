import { ApiError, type LanewayClient, type TaskDetails } from '@laneway/client';

/** A task of an execution that goes on; null when its lane run, prepared in advance, was given up since the details were read. */
export async function presentTask(client: LanewayClient, taskId: string): Promise<TaskDetails | null> {
  try {
    return await client.executions.task(taskId);
  } catch (error) {
    if (error instanceof ApiError && error.error.id === 'notFound') return null;
    throw error;
  }
}
