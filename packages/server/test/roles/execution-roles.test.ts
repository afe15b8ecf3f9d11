/** The role matrix of Oneprovider: each operation on a real execution, tried by each role, answers as the table says (S116). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@laneway/model';
import { databaseKinds } from '../../../../test/support/databases.ts';
import { realWorld, type RealWorld } from '../support/real-world.ts';
import { ExecutionScene } from './execution-scene.ts';
import { routeOf } from './operations.ts';
import { newPeople } from './people.ts';
import { executions } from './table/executions.ts';
import { answerText, type RoleRow } from './table/role-table.ts';

const prefix = '/api/v3/oneprovider';

describe.each(databaseKinds)('roles of executions on $name', (kind) => {
  let real: RealWorld;
  let scene: ExecutionScene;

  beforeAll(async () => {
    real = await realWorld(kind);
    scene = await ExecutionScene.in(real, await newPeople(real.world));
  });
  afterAll(async () => await real.close());

  async function ask({ operationId }: RoleRow, role: string, executionId: string | null): Promise<string> {
    const caller = await scene.become(role);
    const { method, path } = routeOf(operationId);
    const [spaceId, wid] = executionId === null ? [newId(), newId()] : [real.spaceId, executionId];
    const sid = path.startsWith('/spaces/') ? spaceId : executionId === null ? newId() : await scene.systemLogOf(executionId);
    const schedule = { spaceId, atmWorkflowSchemaId: real.schemas.hang, atmWorkflowSchemaRevisionNumber: 1 };
    const body = operationId === 'schedule_workflow_execution' ? schedule : { laneIndex: 1, laneRunNumber: 1 };
    const url = prefix + path.replace('{wid}', wid).replace('{sid}', sid);
    const answer = await real.world.send(method, url, caller, method === 'POST' ? body : undefined);
    if (operationId === 'schedule_workflow_execution' && answer.status === 201) await scene.end(answer.body.atmWorkflowExecutionId);
    return answerText(answer.status, answer.error);
  }

  it.each(executions.map((row) => [`${row.operationId} (${row.rule})`, row] as const))('%s', async (_title, row) => {
    const seen: Record<string, string> = {};
    let executionId = await scene.setUp(row.needs, row.operationId);
    for (const role of Object.keys(row.answers)) {
      seen[role] = await ask(row, role, executionId);
      if (seen[role] !== '204') continue;
      await scene.end(executionId);
      executionId = await scene.setUp(row.needs, row.operationId);
    }
    await scene.end(executionId);
    const nowhere: Record<string, string> = {};
    for (const role of Object.keys(row.nowhere)) nowhere[role] = await ask(row, role, null);
    expect({ seen, nowhere }).toEqual({ seen: row.answers, nowhere: row.nowhere });
  });
});
