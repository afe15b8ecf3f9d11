/** Lambdas: immutable revisions, links to inventories, who may manage them. */
import type { LambdaRevision, LifecycleState } from '@laneway/model';
import { lambdaChecksum } from '../../registry/schema-decoding.ts';
import type { EffectiveMembership, Lambda } from '../../registry/types.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { effectiveMembershipsIn } from './effective-memberships.ts';
import { lockInventory } from './registry-inventories.ts';
import { seconds } from './accounts.ts';

export interface NewLambda {
  readonly id: string;
  readonly inventoryId: string;
  readonly originalAtmLambdaId: string | null;
  readonly creatorId: string;
  readonly revisions: readonly (readonly [number: number, revision: LambdaRevision])[];
}

export async function insertRevision(tx: SqlTransaction, lambdaId: string, number: number, revision: LambdaRevision): Promise<boolean> {
  const added = await tx.run(
    'insert into lambda_revision (lambda_id, revision_number, checksum, body) values (?, ?, ?, ?) on conflict do nothing',
    [lambdaId, number, lambdaChecksum(revision), JSON.stringify(revision)],
  );
  return added === 1;
}

export async function insertLambda(tx: SqlTransaction, lambda: NewLambda): Promise<void> {
  await tx.run('insert into lambda (id, original_id, creator_id, creation_time) values (?, ?, ?, ?)', [
    lambda.id,
    lambda.originalAtmLambdaId,
    lambda.creatorId,
    await seconds(tx),
  ]);
  for (const [number, revision] of lambda.revisions) await insertRevision(tx, lambda.id, number, revision);
  await insertLink(tx, lambda.inventoryId, lambda.id);
}

/** False when it is linked already. */
export async function insertLink(tx: SqlTransaction, inventoryId: string, lambdaId: string): Promise<boolean> {
  return (
    (await tx.run('insert into lambda_link (inventory_id, lambda_id) values (?, ?) on conflict do nothing', [inventoryId, lambdaId])) === 1
  );
}

/** False when its inventory is gone: a lambda without one could never be deleted. */
export const createLambda = defineVerb('createLambda', 'control', async (tx, params: NewLambda): Promise<boolean> => {
  if (!(await lockInventory(tx, params.inventoryId))) return false;
  await insertLambda(tx, params);
  return true;
});

export const getLambda = defineVerb('getLambda', 'read', async (tx, params: { readonly lambdaId: string }): Promise<Lambda | null> => {
  const row = await tx.get<{ id: string; original_id: string | null; creator_id: string; creation_time: number }>(
    'select id, original_id, creator_id, creation_time from lambda where id = ?',
    [params.lambdaId],
  );
  if (row === undefined) return null;
  const revisions = await tx.all<{ revision_number: number; body: string }>(
    'select revision_number, body from lambda_revision where lambda_id = ? order by revision_number',
    [params.lambdaId],
  );
  const links = await tx.all<{ inventory_id: string }>('select inventory_id from lambda_link where lambda_id = ? order by inventory_id', [
    params.lambdaId,
  ]);
  return {
    id: row.id,
    originalAtmLambdaId: row.original_id,
    revisionRegistry: Object.fromEntries(revisions.map((item) => [String(item.revision_number), JSON.parse(item.body) as LambdaRevision])),
    inventoryIds: links.map((link) => link.inventory_id),
    creatorId: row.creator_id,
    creationTime: row.creation_time,
  };
});

export const listLambdas = defineVerb('listLambdas', 'read', async (tx, _params: null) => {
  const rows = await tx.all<{ id: string }>('select id from lambda order by id');
  return rows.map((row) => row.id);
});

export const listLambdasOfInventory = defineVerb('listLambdasOfInventory', 'read', async (tx, params: { readonly inventoryId: string }) => {
  const rows = await tx.all<{ lambda_id: string }>('select lambda_id from lambda_link where inventory_id = ? order by lambda_id', [
    params.inventoryId,
  ]);
  return rows.map((row) => row.lambda_id);
});

export const listSchemasOfLambda = defineVerb('listSchemasOfLambda', 'read', async (tx, params: { readonly lambdaId: string }) => {
  const rows = await tx.all<{ schema_id: string }>('select schema_id from workflow_schema_lambda where lambda_id = ? order by schema_id', [
    params.lambdaId,
  ]);
  return rows.map((row) => row.schema_id);
});

/** Revisions by number of several lambdas at once; what does not exist is left out. */
export async function revisionsOf(
  tx: SqlTransaction,
  references: readonly { readonly lambdaId: string; readonly revisionNumber: number }[],
): Promise<Map<string, Map<number, LambdaRevision>>> {
  const found = new Map<string, Map<number, LambdaRevision>>();
  for (const { lambdaId, revisionNumber } of references) {
    if (found.get(lambdaId)?.has(revisionNumber) === true) continue;
    const row = await tx.get<{ body: string }>('select body from lambda_revision where lambda_id = ? and revision_number = ?', [
      lambdaId,
      revisionNumber,
    ]);
    if (row === undefined) continue;
    const revisions = found.get(lambdaId) ?? new Map<number, LambdaRevision>();
    found.set(lambdaId, revisions.set(revisionNumber, JSON.parse(row.body) as LambdaRevision));
  }
  return found;
}

export const readLambdaRevisions = defineVerb(
  'readLambdaRevisions',
  'read',
  async (
    tx,
    params: { readonly references: readonly { readonly lambdaId: string; readonly revisionNumber: number }[] },
  ): Promise<Readonly<Record<string, Readonly<Record<string, LambdaRevision>>>>> => {
    const found = await revisionsOf(tx, params.references);
    return Object.fromEntries(
      [...found].map(([lambdaId, revisions]) => [
        lambdaId,
        Object.fromEntries([...revisions].map(([number, revision]) => [String(number), revision])),
      ]),
    );
  },
);

/** What the user is, also through groups, in the inventories that hold the lambda; null for an unknown lambda. */
export const lambdaAccess = defineVerb(
  'lambdaAccess',
  'read',
  async (tx, params: { readonly lambdaId: string; readonly userId: string }): Promise<readonly EffectiveMembership[] | null> => {
    const lambda = await tx.get<{ id: string }>('select id from lambda where id = ?', [params.lambdaId]);
    return lambda === undefined ? null : await membershipsAround(tx, params.lambdaId, params.userId);
  },
);

export async function membershipsAround(tx: SqlTransaction, lambdaId: string, userId: string): Promise<readonly EffectiveMembership[]> {
  const holding = { text: 'select inventory_id from lambda_link where lambda_id = ?', values: [lambdaId] };
  return await effectiveMembershipsIn(tx, holding, userId);
}

export type RevisionInsertion = 'added' | 'exists' | 'missing';

/** Revisions of lambdas are immutable: an existing number is refused (rest R120). */
export const addLambdaRevision = defineVerb(
  'addLambdaRevision',
  'control',
  async (
    tx,
    params: { readonly lambdaId: string; readonly revisionNumber: number; readonly revision: LambdaRevision },
  ): Promise<RevisionInsertion> => {
    if (!(await lockLambda(tx, params.lambdaId))) return 'missing';
    return (await insertRevision(tx, params.lambdaId, params.revisionNumber, params.revision)) ? 'added' : 'exists';
  },
);

export const setLambdaRevisionState = defineVerb(
  'setLambdaRevisionState',
  'control',
  async (tx, params: { readonly lambdaId: string; readonly revisionNumber: number; readonly state: LifecycleState }) => {
    const where = 'where lambda_id = ? and revision_number = ?';
    const row = await tx.get<{ body: string }>(`select body from lambda_revision ${where}${tx.dialect.forUpdate}`, [
      params.lambdaId,
      params.revisionNumber,
    ]);
    if (row === undefined) return false;
    const revision: LambdaRevision = { ...(JSON.parse(row.body) as LambdaRevision), state: params.state };
    await tx.run(`update lambda_revision set body = ? ${where}`, [JSON.stringify(revision), params.lambdaId, params.revisionNumber]);
    return true;
  },
);

/** A lambda goes with its last link: whoever adds or removes one waits here for others who do. False when there is no such lambda. */
export async function lockLambda(tx: SqlTransaction, lambdaId: string): Promise<boolean> {
  const row = await tx.get<{ id: string }>(`select id from lambda where id = ?${tx.dialect.forUpdate}`, [lambdaId]);
  return row !== undefined;
}

export type Linking = 'linked' | 'exists' | 'missing';

export const linkLambda = defineVerb(
  'linkLambda',
  'control',
  async (tx, params: { readonly inventoryId: string; readonly lambdaId: string }): Promise<Linking> => {
    if (!(await lockInventory(tx, params.inventoryId)) || !(await lockLambda(tx, params.lambdaId))) return 'missing';
    return (await insertLink(tx, params.inventoryId, params.lambdaId)) ? 'linked' : 'exists';
  },
);

export type Unlinking =
  | { readonly kind: 'unlinked' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'inUse'; readonly schemaIds: readonly string[] };

/** Removes the link; a lambda without any inventory is deleted (rest R122). */
export async function removeLink(tx: SqlTransaction, inventoryId: string, lambdaId: string): Promise<boolean> {
  if (!(await lockLambda(tx, lambdaId))) return false;
  const removed = await tx.run('delete from lambda_link where inventory_id = ? and lambda_id = ?', [inventoryId, lambdaId]);
  if (removed === 0) return false;
  const left = await tx.get<{ inventory_id: string }>('select inventory_id from lambda_link where lambda_id = ? limit 1', [lambdaId]);
  if (left === undefined) {
    await tx.run('delete from lambda_revision where lambda_id = ?', [lambdaId]);
    await tx.run('delete from lambda where id = ?', [lambdaId]);
  }
  return true;
}

export const unlinkLambda = defineVerb(
  'unlinkLambda',
  'control',
  async (tx, params: { readonly inventoryId: string; readonly lambdaId: string }): Promise<Unlinking> => {
    if (!(await lockInventory(tx, params.inventoryId))) return { kind: 'missing' };
    const users = await tx.all<{ id: string }>(
      `select workflow_schema.id as id from workflow_schema_lambda join workflow_schema on workflow_schema.id = workflow_schema_lambda.schema_id
       where workflow_schema_lambda.lambda_id = ? and workflow_schema.inventory_id = ? order by workflow_schema.id`,
      [params.lambdaId, params.inventoryId],
    );
    if (users.length > 0) return { kind: 'inUse', schemaIds: users.map((user) => user.id) };
    return (await removeLink(tx, params.inventoryId, params.lambdaId)) ? { kind: 'unlinked' } : { kind: 'missing' };
  },
);

export const lambdaVerbs = [
  createLambda,
  getLambda,
  listLambdas,
  listLambdasOfInventory,
  listSchemasOfLambda,
  readLambdaRevisions,
  lambdaAccess,
  addLambdaRevision,
  setLambdaRevisionState,
  linkLambda,
  unlinkLambda,
];
