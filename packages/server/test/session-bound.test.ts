/** What a token started ends with the token (execution §15.1). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { realWorld, workflowsPath, type RealWorld } from './support/real-world.ts';
import type { Person } from './support/world.ts';

const oz = '/api/v3/onezone';

describe.each(databaseKinds)('executions and their token on $name', (kind) => {
  let real: RealWorld;
  beforeAll(async () => {
    real = await realWorld(kind);
  });
  afterAll(async () => await real.close());

  const named = async (as: Person): Promise<Person & { readonly tokenId: string }> => {
    const { body } = await real.world.post(`${oz}/user/tokens/named`, as, { name: newId() });
    return { id: as.id, token: body.token, tokenId: body.tokenId };
  };
  const member = async (): Promise<Person> => {
    const person = await real.world.person('Member');
    await real.world.joinSpace(real.spaceId, person);
    await real.world.joinInventory(real.inventoryId, person);
    return person;
  };
  const running = async (as: Person): Promise<string> => {
    const answer = await real.schedule(as, 'hang');
    if (answer.status !== 201) throw new Error(answer.text);
    await real.atStatus(answer.body.atmWorkflowExecutionId, 'active');
    return answer.body.atmWorkflowExecutionId;
  };

  it('is interrupted when it is revoked or deleted, its user blocked, or the generation raised (execution §15.1, R57)', async () => {
    const { admin } = real.world;
    const revoked = await named(admin);
    const deleted = await named(admin);
    const [temporary, blocked] = [await member(), await member()];
    const caveats = [{ type: 'time', validUntil: Math.floor(Date.now() / 1000) + 600 }];
    const { token } = (await real.world.post(`${oz}/user/tokens/temporary`, temporary, { caveats })).body;
    const lost = [await running(revoked), await running(deleted), await running({ id: temporary.id, token }), await running(blocked)];
    const kept = await running(admin);
    await real.world.send('PATCH', `${oz}/tokens/named/${revoked.tokenId}`, admin, { revoked: true });
    await real.world.send('DELETE', `${oz}/tokens/named/${deleted.tokenId}`, admin);
    await real.world.send('DELETE', `${oz}/user/tokens/temporary`, temporary);
    await real.world.registry.setBlocked(blocked.id, true);
    for (const executionId of lost) await real.atStatus(executionId, 'interrupted');
    expect(await real.status(kept)).toBe('active');
    const causes = await Promise.all(lost.map(async (id) => (await real.engine.executions.blockers(id))?.[0]));
    for (const cause of causes) expect(cause).toMatchObject({ kind: 'suspended', cause: 'privilege or runtime' });
    // Whoever lets it go on is the one whose token counts from then on.
    const [executionId] = lost;
    expect((await real.world.post(`${workflowsPath}/${executionId}/resume`, admin)).status).toBe(204);
    await real.atStatus(executionId!, 'active');
    expect((await real.engine.executions.view(executionId!))?.execution.sessionToken).toMatchObject({ generation: null });
    const cancelling = [...lost, kept].map(async (id) => await real.world.post(`${workflowsPath}/${id}/cancel`, admin));
    await Promise.all(cancelling);
    for (const id of [...lost, kept]) await real.atStatus(id, 'cancelled');
  });

  it('lives on when the time of the token is over: that is how the engine works after people log out (execution §15.1)', async () => {
    const { registry, admin } = real.world;
    const short = await real.world.post(`${oz}/user/tokens/named`, admin, {
      name: newId(),
      caveats: [{ type: 'time', validUntil: Math.floor(Date.now() / 1000) - 5 }],
    });
    expect(await registry.sessionError(admin.id, { id: short.body.tokenId, generation: null })).toBeNull();
    expect(await registry.sessionError(admin.id, null)).toBeNull();
    const other = await member();
    const error = async (userId: string, id: string): Promise<string | undefined> =>
      (await registry.sessionError(userId, { id, generation: null }))?.id;
    expect(await error(other.id, short.body.tokenId)).toBe('tokenInvalid');
    expect(await error('nobody', short.body.tokenId)).toBe('tokenSubjectInvalid');
  });

  it('a bulk operation stops with the token that asked for it, and binds what it resumes to it (execution §15.1)', async () => {
    const { admin } = real.world;
    const executionId = await running(admin);
    await real.world.post(`${workflowsPath}/${executionId}/pause`, admin);
    await real.engine.executions.interrupt({ executionId, error: { id: 'timeout', description: 'x' }, why: 'a test' });
    await real.atStatus(executionId, 'paused', 'interrupted');
    const token = await named(admin);
    const url = `/api/v3/oneprovider/spaces/${real.spaceId}/automation/execution/bulk`;
    const { body } = await real.world.post(url, token, { operation: 'resume', ids: [executionId] });
    await real.atStatus(executionId, 'active');
    expect(body.bulkJobId).toEqual(expect.any(String));
    expect((await real.engine.executions.view(executionId))?.execution.sessionToken).toEqual({ id: token.tokenId, generation: null });
    await real.world.send('DELETE', `${oz}/tokens/named/${token.tokenId}`, admin);
    await real.atStatus(executionId, 'interrupted');
    await real.world.post(`${workflowsPath}/${executionId}/cancel`, admin);
    await real.atStatus(executionId, 'cancelled');
  });
});
