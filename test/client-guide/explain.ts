import { ApiError, UnreachableError, type LanewayClient } from '@laneway/client';

/** Renames an inventory, and says in words why not. */
export async function rename(client: LanewayClient, inventoryId: string, name: string): Promise<string> {
  try {
    await client.inventories.rename(inventoryId, name);
    return 'done';
  } catch (error) {
    if (error instanceof UnreachableError) return `no answer from ${error.server}`;
    if (!(error instanceof ApiError)) throw error;
    switch (error.error.id) {
      case 'notFound':
        return 'there is no such inventory';
      case 'badValueName':
        return `"${name}" is no name`;
      default:
        return `refused with ${error.status}: ${error.message}`;
    }
  }
}
