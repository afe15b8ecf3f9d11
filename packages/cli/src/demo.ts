import { fileURLToPath } from 'node:url';
import type { LanewayClient } from '@laneway/client';
import { readDump } from './run/dump.ts';
import { importDump } from './run/import-dump.ts';

const dumpFile = fileURLToPath(new URL('../../../examples/hello/workflow.json', import.meta.url));

/** Imports and schedules examples/hello in a space of its own, the way any user would. */
export async function setUpDemo(client: LanewayClient): Promise<{ executionId: string; schemaId: string; spaceId: string }> {
  const dump = readDump(dumpFile);
  const schemaId = await importDump(client, dump);
  const spaceId = await client.spaces.create({ name: 'demo' });
  const executionId = await client.executions.schedule({
    atmWorkflowSchemaId: schemaId,
    atmWorkflowSchemaRevisionNumber: dump.revision.originalRevisionNumber,
    spaceId,
  });
  return { executionId, schemaId, spaceId };
}
