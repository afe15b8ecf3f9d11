/** What two writers do to the registry at once, and what imports make of lambdas, on real databases (design §5, schemas §11). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Registry, type Database, type Presentation } from '@laneway/engine';
import { decodeWorkflowSchemaRevision, newId, type LambdaRevision, type WorkflowSchemaRevision } from '@laneway/model';
import { createSpace } from '../src/persistence/sql/files.ts';
import { databaseKinds } from '../../../test/support/databases.ts';
import { addCaveats, mintMacaroon } from '../src/registry/macaroon.ts';
import { lambdaChecksum } from '../src/registry/schema-decoding.ts';
import { decodeToken, encodeToken } from '../src/registry/token-text.ts';

const presentation: Presentation = {
  peerIp: null,
  service: null,
  interface: null,
  serviceToken: null,
  consumerToken: null,
  consumers: [],
  dataAccess: false,
};

/** Races are tried this often: one that is open is lost within a few rounds. */
const rounds = 20;

const lambda: LambdaRevision = {
  name: 'lambda',
  summary: '',
  description: '',
  operationSpec: {
    engine: 'openfaas',
    dockerImage: 'image',
    dockerExecutionOptions: { readonly: false, mountOneclient: false, oneclientMountPoint: '/mnt/onedata', oneclientOptions: '' },
  },
  configParameterSpecs: [],
  argumentSpecs: [],
  resultSpecs: [],
  preferredBatchSize: 1,
  resourceSpec: {
    cpuRequested: 1,
    cpuLimit: null,
    memoryRequested: 1,
    memoryLimit: null,
    ephemeralStorageRequested: 1,
    ephemeralStorageLimit: null,
  },
  state: 'stable',
};

function revisionUsing(lambdaId: string): WorkflowSchemaRevision {
  const task = { id: 't', name: 't', lambdaId, lambdaRevisionNumber: 1, argumentMappings: [], resultMappings: [] };
  const decoded = decodeWorkflowSchemaRevision(
    {
      stores: [{ id: 's', name: 's', description: '', type: 'range', requiresInitialContent: false }],
      lanes: [
        {
          id: 'l',
          name: 'l',
          parallelBoxes: [{ id: 'b', name: 'b', tasks: [task] }],
          storeIteratorSpec: { storeSchemaId: 's', maxBatchSize: 1 },
          maxRetries: 0,
        },
      ],
      state: 'stable',
    },
    'plain',
  );
  if (!decoded.ok) throw new Error(decoded.error.description);
  return decoded.value;
}

describe.each(databaseKinds)('the registry on $name', (kind) => {
  let database: Database;
  let close: () => Promise<void>;
  let registry: Registry;
  let userId: string;
  let inventoryId: string;

  beforeAll(async () => {
    ({ database, close } = await kind.open('registry'));
    registry = new Registry(database, 'zone');
    userId = await newUser();
    inventoryId = await newInventory();
  });
  afterAll(async () => await close());

  async function newUser(): Promise<string> {
    const created = await registry.createUser({ fullName: 'A User', username: null, privileges: [] });
    if (!created.ok) throw new Error(created.error.description);
    return created.value.userId;
  }
  const newInventory = async () => (await registry.createInventory({ name: 'inventory', creatorId: userId, withMembership: true }))!;
  const newLambda = async () =>
    (await registry.createLambda({ inventoryId, originalAtmLambdaId: null, creatorId: userId, revisions: [[1, lambda]] }))!;
  const client = () => ({ userId, zoneWide: true });

  async function newSchema(lambdaId: string): Promise<string> {
    const id = newId();
    const imported = await registry.importWorkflowSchema({
      client: client(),
      target: { kind: 'new', id, inventoryId, name: 'schema', summary: 'summary', originalAtmWorkflowSchemaId: null },
      revision: { revisionNumber: 1, revision: revisionUsing(lambdaId), supplements: {} },
    });
    if (!imported.ok) throw new Error(imported.error.description);
    return id;
  }

  const change = async (id: string, name: string | null, summary: string | null, revision: WorkflowSchemaRevision | null = null) =>
    await registry.importWorkflowSchema({
      client: client(),
      target: { kind: 'existing', id, name, summary },
      revision: revision === null ? null : { revisionNumber: 2, revision, supplements: {} },
    });

  it('a token that is renamed while it is revoked stays revoked', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const request = { name: `token ${round}`, type: 'act' as const, caveats: [], customMetadata: {}, revoked: false };
      const created = await registry.createNamedToken(userId, request);
      if (!created.ok) throw new Error(created.error.description);
      const { tokenId } = created.value;
      await Promise.all([
        registry.updateNamedToken(tokenId, { name: null, revoked: true, customMetadata: undefined }),
        registry.updateNamedToken(tokenId, { name: `renamed ${round}`, revoked: null, customMetadata: undefined }),
      ]);
      expect(await registry.namedToken(tokenId)).toMatchObject({ name: `renamed ${round}`, revoked: true, customMetadata: {} });
    }
  });

  it('of tokens that get one name at once, by renaming and by making, one has it, and the others are told (rest R131)', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const request = { type: 'act' as const, caveats: [], customMetadata: {}, revoked: false };
      const make = async (name: string): Promise<string | null> => {
        const created = await registry.createNamedToken(userId, { ...request, name });
        return created.ok ? created.value.tokenId : null;
      };
      const [one, two] = [(await make(`one ${round}`))!, (await make(`two ${round}`))!];
      const change = { name: `wanted ${round}`, revoked: null, customMetadata: undefined };
      const outcomes = await Promise.all([
        registry.updateNamedToken(one, change),
        registry.updateNamedToken(two, change),
        make(change.name).then((id) => (id === null ? 'nameTaken' : 'done')),
      ]);
      expect(outcomes.toSorted()).toEqual(['done', 'nameTaken', 'nameTaken']);
    }
  });

  it('the name and the summary of a schema are both changed (schemas R44)', async () => {
    const id = await newSchema(await newLambda());
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all([change(id, `name ${round}`, null), change(id, null, `summary ${round}`)]);
      expect(await registry.workflowSchema(id)).toMatchObject({ name: `name ${round}`, summary: `summary ${round}` });
    }
  });

  it('a schema that is deleted while a revision is added leaves nothing that uses the lambda', async () => {
    const lambdaId = await newLambda();
    for (let round = 0; round < rounds; round += 1) {
      const id = await newSchema(lambdaId);
      const [changed] = await Promise.all([change(id, null, null, revisionUsing(lambdaId)), registry.deleteWorkflowSchema(id)]);
      expect(changed.ok || changed.error.id === 'notFound').toBe(true);
      expect(await registry.workflowSchema(id)).toBeNull();
      expect(await registry.schemasOfLambda(lambdaId)).toEqual([]);
    }
  });

  it('a lambda whose last link goes while another one is made is either linked or gone', async () => {
    const other = await newInventory();
    for (let round = 0; round < rounds; round += 1) {
      const lambdaId = await newLambda();
      const [linked, unlinked] = await Promise.all([registry.linkLambda(lambdaId, other), registry.unlinkLambda(lambdaId, inventoryId)]);
      expect(unlinked).toEqual({ kind: 'unlinked' });
      expect((await registry.lambda(lambdaId))?.inventoryIds ?? null).toEqual(linked === 'linked' ? [other] : null);
    }
    for (const lambdaId of await registry.lambdasOfInventory(other)) expect(await registry.lambda(lambdaId)).not.toBeNull();
  });

  it('an import that would link a lambda whose last link goes meanwhile either links it or is refused (schemas R55, R58)', async () => {
    const other = await newInventory();
    for (let round = 0; round < rounds; round += 1) {
      const [lambdaId, schemaId] = [await newLambda(), newId()];
      const [imported, unlinked] = await Promise.all([
        registry.importWorkflowSchema({
          client: client(),
          target: { kind: 'new', id: schemaId, inventoryId: other, name: 'schema', summary: '', originalAtmWorkflowSchemaId: null },
          revision: { revisionNumber: 1, revision: revisionUsing(lambdaId), supplements: {} },
        }),
        registry.unlinkLambda(lambdaId, inventoryId),
      ]);
      expect(unlinked).toEqual({ kind: 'unlinked' });
      expect((await registry.lambda(lambdaId))?.inventoryIds ?? null).toEqual(imported.ok ? [other] : null);
      expect((await registry.workflowSchema(schemaId)) !== null).toBe(imported.ok);
    }
  });

  it('a space keeps an owner when one of two leaves while the account of the other is deleted (rest R130)', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const spaceId = `space ${round}`;
      const [leaving, deleted] = [await newUser(), await newUser()];
      for (const member of [leaving, deleted]) await registry.addSpaceMember({ spaceId, userId: member, privileges: [], owner: true });
      const outcomes = await Promise.all([
        registry.members.remove({ type: 'space', id: spaceId }, { type: 'user', id: leaving }),
        registry.deleteUser(deleted),
      ]);
      expect(await registry.members.list({ type: 'space', id: spaceId }, 'user')).toHaveLength(1);
      expect([outcomes[0] === 'removed', outcomes[1].kind === 'deleted']).toContain(false);
    }
  });

  it('nobody becomes a member of what he makes while his account is deleted', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const maker = await newUser();
      const spaceId = newId();
      const path = `/nowhere/${spaceId}`;
      const [deletion, space] = await Promise.all([
        registry.deleteUser(maker),
        database.call(createSpace, { id: spaceId, name: 'space', path, readonly: false, ownerUserId: maker, ownerPrivileges: [] }),
        registry.groups.create({ name: 'group', type: 'team', creatorUserId: maker, creatorPrivileges: [] }),
        registry.createInventory({ name: 'inventory', creatorId: maker, withMembership: true }),
      ]);
      const member = { type: 'user', id: maker } as const;
      const owns = space.kind === 'created' && deletion.kind === 'lastOwner';
      expect(deletion.kind).toBe(owns ? 'lastOwner' : 'deleted');
      expect(await registry.members.containersOf(member, 'space')).toEqual(owns ? [spaceId] : []);
      if (owns) continue;
      expect(await registry.members.containersOf(member, 'group')).toEqual([]);
      expect(await registry.members.containersOf(member, 'atm_inventory')).toEqual([]);
    }
    const nobody = { name: 'inventory', creatorId: newId(), withMembership: true };
    expect(await registry.createInventory(nobody)).toBeNull();
    expect(await registry.groups.create({ name: 'group', type: 'team', creatorUserId: newId(), creatorPrivileges: [] })).toBeNull();
  });

  it('a foreign lambda is taken from where it came from, else by what it does, else made anew (schemas R56, R59, rest R125)', async () => {
    const target = await newInventory();
    const foreign = newId();
    const version = (name: string): LambdaRevision => ({ ...lambda, name });
    const inTarget = async (origin: string | null, revisions: readonly (readonly [number, LambdaRevision])[]) =>
      (await registry.createLambda({ inventoryId: target, originalAtmLambdaId: origin, creatorId: userId, revisions }))!;
    /** Id of the lambda that the imported task ended up with. */
    const imported = async (name: string): Promise<string> => {
      const supplement = { kind: 'decoded' as const, revision: version(name), checksum: lambdaChecksum(version(name)), invalid: null };
      const id = newId();
      const outcome = await registry.importWorkflowSchema({
        client: { userId, zoneWide: false },
        target: { kind: 'new', id, inventoryId: target, name: 'schema', summary: '', originalAtmWorkflowSchemaId: null },
        revision: { revisionNumber: 1, revision: revisionUsing(foreign), supplements: { [foreign]: { 1: supplement } } },
      });
      if (!outcome.ok) throw new Error(outcome.error.description);
      return (await registry.workflowSchema(id))?.atmLambdas[0] ?? '';
    };
    const made = await imported('first');
    expect(await registry.lambda(made)).toMatchObject({ originalAtmLambdaId: foreign, revisionRegistry: { 1: { name: 'first' } } });
    expect(await imported('first')).toBe(made);
    // What came from there does something else under this number: no match, and nobody else does the same.
    const second = await imported('second');
    expect(second).not.toBe(made);
    // Summary and state do not change what a lambda does.
    const equal = await inTarget(null, [[1, { ...version('third'), summary: 'another one', state: 'draft' }]]);
    expect(await imported('third')).toBe(equal);
    // One that came from there and lacks the number gets it, before any other with the same content is looked at.
    const lacking = await inTarget(foreign, [[2, version('fourth')]]);
    await inTarget(null, [[1, version('fourth')]]);
    expect(await imported('fourth')).toBe(lacking);
    expect(Object.keys((await registry.lambda(lacking))?.revisionRegistry ?? {})).toEqual(['1', '2']);
  });

  it('a lambda is not made in an inventory that is gone, and not linked to one', async () => {
    const gone = await newInventory();
    const lambdaId = await newLambda();
    expect(await registry.deleteInventory(gone)).toBe(true);
    const request = { inventoryId: gone, originalAtmLambdaId: null, creatorId: userId, revisions: [[1, lambda]] as const };
    expect(await registry.createLambda(request)).toBeNull();
    expect(await registry.linkLambda(lambdaId, gone)).toBe('missing');
    expect(await registry.linkLambda('no such lambda', inventoryId)).toBe('missing');
    expect(await registry.linkLambda(lambdaId, inventoryId)).toBe('exists');
  });

  it('a token whose ids no text column can hold is a bad token, not a failure of the database', async () => {
    for (const identifier of ['2/nmd/usr-u/act/a\u0000b', '2/nmd/usr-\u0000/act/a', 'a\u0000b', '2/tmp-1/usr-/act/a']) {
      const token = encodeToken(addCaveats(mintMacaroon({ location: 'zone', identifier, secret: 's' }), []));
      expect(await registry.tokens.verify(token, presentation)).toMatchObject({ ok: false, error: { id: 'badToken' } });
    }
    expect(decodeToken(encodeToken(mintMacaroon({ location: 'zone', identifier: '2/nmd/usr-u1/act/a-b_c', secret: 's' })))).toMatchObject({
      ok: true,
      value: { identity: { id: 'a-b_c', subject: { id: 'u1' } } },
    });
  });
});
