/** Workflow schemas: reading, importing revisions with their lambdas, deleting. */
import {
  makeError,
  newId,
  ok,
  refuse,
  validateWorkflowSchemaRevision,
  type ErrorObject,
  type LambdaRevision,
  type Result,
  type WorkflowSchemaRevision,
} from '@laneway/model';
import {
  resolveLambdas,
  type Duplicate,
  type ImportingClient,
  type LambdaReference,
  type ResolutionPlan,
  type ResolutionView,
  type Supplement,
} from '../../registry/lambda-resolution.ts';
import { lambdaReferences, withLambdaIds } from '../../registry/revision-lambdas.ts';
import type { Supplements } from '../../registry/schema-decoding.ts';
import type { WorkflowSchema } from '../../registry/types.ts';
import { ChangedMeanwhile, defineVerb, type SqlTransaction } from '../sql.ts';
import { effectiveMembership, effectiveMemberships } from './effective-memberships.ts';
import { deleteMembershipsOf } from './memberships.ts';
import { lockInventory } from './registry-inventories.ts';
import { insertLambda, insertLink, insertRevision, lockLambda, membershipsAround, removeLink, revisionsOf } from './registry-lambdas.ts';
import { seconds } from './accounts.ts';

interface SchemaRow {
  readonly id: string;
  readonly inventory_id: string;
  readonly name: string;
  readonly summary: string;
  readonly original_id: string | null;
  readonly creator_id: string;
  readonly creation_time: number;
}

const schemaColumns = 'id, inventory_id, name, summary, original_id, creator_id, creation_time';

async function schemaRow(tx: SqlTransaction, schemaId: string): Promise<SchemaRow | undefined> {
  return await tx.get<SchemaRow>(`select ${schemaColumns} from workflow_schema where id = ?`, [schemaId]);
}

export const getWorkflowSchema = defineVerb(
  'getWorkflowSchema',
  'read',
  async (tx, params: { readonly schemaId: string }): Promise<WorkflowSchema | null> => {
    const row = await schemaRow(tx, params.schemaId);
    if (row === undefined) return null;
    const revisions = await tx.all<{ revision_number: number; body: string }>(
      'select revision_number, body from workflow_schema_revision where schema_id = ? order by revision_number',
      [params.schemaId],
    );
    const lambdas = await tx.all<{ lambda_id: string }>(
      'select lambda_id from workflow_schema_lambda where schema_id = ? order by lambda_id',
      [params.schemaId],
    );
    return {
      id: row.id,
      atmInventoryId: row.inventory_id,
      name: row.name,
      summary: row.summary,
      originalAtmWorkflowSchemaId: row.original_id,
      revisionRegistry: Object.fromEntries(
        revisions.map((item) => [String(item.revision_number), JSON.parse(item.body) as WorkflowSchemaRevision]),
      ),
      atmLambdas: lambdas.map((item) => item.lambda_id),
      creatorId: row.creator_id,
      creationTime: row.creation_time,
    };
  },
);

export const listWorkflowSchemas = defineVerb(
  'listWorkflowSchemas',
  'read',
  async (tx, params: { readonly inventoryId: string | null }) => {
    const where = params.inventoryId === null ? '' : ' where inventory_id = ?';
    const rows = await tx.all<{ id: string }>(
      `select id from workflow_schema${where} order by id`,
      params.inventoryId === null ? [] : [params.inventoryId],
    );
    return rows.map((row) => row.id);
  },
);

export interface RevisionToInsert {
  readonly revisionNumber: number;
  readonly revision: WorkflowSchemaRevision;
  readonly supplements: Supplements;
}

export interface ImportParams {
  readonly client: ImportingClient;
  /** A new schema, or the id of one that is there. */
  readonly target:
    | {
        readonly kind: 'new';
        readonly id: string;
        readonly inventoryId: string;
        readonly name: string;
        readonly summary: string;
        readonly originalAtmWorkflowSchemaId: string | null;
      }
    | { readonly kind: 'existing'; readonly id: string; readonly name: string | null; readonly summary: string | null };
  readonly revision: RevisionToInsert | null;
}

/** Creates or changes a workflow schema, lambdas included, as one transaction; a refusal has modified nothing (schemas R58). */
export const importWorkflowSchema = defineVerb(
  'importWorkflowSchema',
  'control',
  async (tx, params: ImportParams): Promise<Result<null>> => {
    const { target, revision, client } = params;
    const existing = target.kind === 'existing' ? await schemaRow(tx, target.id) : undefined;
    if (target.kind === 'existing' && existing === undefined) return refuse(makeError('notFound'));
    const inventoryId = target.kind === 'new' ? target.inventoryId : (existing?.inventory_id ?? '');
    if (!(await lockInventory(tx, inventoryId))) return refuse(makeError('notFound'));
    // Only now is it certain that the schema stays: whoever deletes it waits for this row.
    if (target.kind === 'existing' && !(await lockSchema(tx, target.id))) return refuse(makeError('notFound'));
    const prepared = revision === null ? null : await prepareRevision(tx, { client, inventoryId, revision });
    if (prepared !== null && !prepared.ok) return prepared;

    if (target.kind === 'new') {
      await tx.run(`insert into workflow_schema (${schemaColumns}) values (?, ?, ?, ?, ?, ?, ?)`, [
        target.id,
        inventoryId,
        target.name,
        target.summary,
        target.originalAtmWorkflowSchemaId,
        client.userId,
        await seconds(tx),
      ]);
    } else {
      await tx.run('update workflow_schema set name = coalesce(?, name), summary = coalesce(?, summary) where id = ?', [
        target.name,
        target.summary,
        target.id,
      ]);
    }
    if (prepared !== null && revision !== null) {
      await applyPlan(tx, { plan: prepared.value.plan, inventoryId, creatorId: client.userId });
      await writeRevision(tx, { schemaId: target.id, revisionNumber: revision.revisionNumber, revision: prepared.value.revision });
    }
    return ok(null);
  },
);

/** Resolves and validates; reads only. */
async function prepareRevision(
  tx: SqlTransaction,
  params: { readonly client: ImportingClient; readonly inventoryId: string; readonly revision: RevisionToInsert },
): Promise<Result<{ readonly plan: ResolutionPlan; readonly revision: WorkflowSchemaRevision }>> {
  const { client, inventoryId } = params;
  const { revision, supplements } = params.revision;
  const references = lambdaReferences(revision);
  const supplementOf = (reference: LambdaReference): Supplement | undefined => {
    const revisions = Object.hasOwn(supplements, reference.lambdaId) ? supplements[reference.lambdaId] : undefined;
    const number = String(reference.revisionNumber);
    return revisions !== undefined && Object.hasOwn(revisions, number) ? revisions[number] : undefined;
  };
  const resolved = await resolveLambdas(references, supplementOf, client, viewOf(tx, client, inventoryId));
  if (!resolved.ok) return resolved;
  const plan = resolved.value;
  const rewritten = withLambdaIds(revision, plan.lambdaIds);
  const lambdas = await lambdasAfter(tx, plan, lambdaReferences(rewritten));
  if (!lambdas.ok) return lambdas;
  const error = validateWorkflowSchemaRevision(rewritten, (lambdaId, number) => lambdas.value.get(lambdaId)?.get(number));
  return error === null ? ok({ plan, revision: rewritten }) : refuse(error);
}

/** The revisions that the tasks will refer to once the plan is applied; a missing one refuses the import. */
async function lambdasAfter(
  tx: SqlTransaction,
  plan: ResolutionPlan,
  references: readonly LambdaReference[],
): Promise<Result<ReadonlyMap<string, ReadonlyMap<number, LambdaRevision>>>> {
  const lambdas = await revisionsOf(tx, references);
  for (const [lambdaId, revisions] of [...plan.toAdd, ...[...plan.toCreate].map(([id, lambda]) => [id, lambda.revisions] as const)]) {
    lambdas.set(lambdaId, new Map([...(lambdas.get(lambdaId) ?? []), ...revisions]));
  }
  const missing = references.find((reference) => lambdas.get(reference.lambdaId)?.has(reference.revisionNumber) !== true);
  return missing === undefined ? ok(lambdas) : refuse(revisionMissing(missing));
}

function revisionMissing(reference: LambdaReference): ErrorObject {
  return makeError('badData', { key: 'tasks', hint: `lambda "${reference.lambdaId}" has no revision ${reference.revisionNumber}` });
}

function viewOf(tx: SqlTransaction, client: ImportingClient, inventoryId: string): ResolutionView {
  const manages = (membership: { readonly privileges: readonly string[] } | null): boolean =>
    membership !== null && membership.privileges.includes('atm_inventory_manage_lambdas');
  return {
    isLinked: async (lambdaId) => await isLinked(tx, inventoryId, lambdaId),
    exists: async (lambdaId) => (await tx.get<{ id: string }>('select id from lambda where id = ?', [lambdaId])) !== undefined,
    manages: async (lambdaId) => (await membershipsAround(tx, lambdaId, client.userId)).some(manages),
    managesTarget: async () => manages(await effectiveMembership(tx, inventoryId, client.userId)),
    otherManagedInventories: async () =>
      (await effectiveMemberships(tx, client.userId, 'atm_inventory'))
        .filter((membership) => manages(membership) && membership.containerId !== inventoryId)
        .map((membership) => membership.containerId),
    targetInventory: () => inventoryId,
    duplicateIn: async (id, reference, checksum) => await findDuplicate(tx, id, reference, checksum),
    newId,
  };
}

async function isLinked(tx: SqlTransaction, inventoryId: string, lambdaId: string): Promise<boolean> {
  const row = await tx.get<{ lambda_id: string }>('select lambda_id from lambda_link where inventory_id = ? and lambda_id = ?', [
    inventoryId,
    lambdaId,
  ]);
  return row !== undefined;
}

async function findDuplicate(
  tx: SqlTransaction,
  inventoryId: string,
  reference: LambdaReference,
  checksum: string,
): Promise<Duplicate | null> {
  const sameOrigin = await tx.all<{ id: string; checksum: string | null }>(
    `select lambda.id as id, lambda_revision.checksum as checksum
     from lambda join lambda_link on lambda_link.lambda_id = lambda.id and lambda_link.inventory_id = ?
     left join lambda_revision on lambda_revision.lambda_id = lambda.id and lambda_revision.revision_number = ?
     where lambda.original_id = ? order by lambda.id`,
    [inventoryId, reference.revisionNumber, reference.lambdaId],
  );
  const exact = sameOrigin.find((row) => row.checksum === checksum);
  if (exact !== undefined) return { lambdaId: exact.id, exact: true };
  const lacking = sameOrigin.find((row) => row.checksum === null);
  if (lacking !== undefined) return { lambdaId: lacking.id, exact: false };
  const sameContent = await tx.get<{ id: string }>(
    `select lambda_revision.lambda_id as id
     from lambda_revision join lambda_link on lambda_link.lambda_id = lambda_revision.lambda_id and lambda_link.inventory_id = ?
     where lambda_revision.checksum = ? and lambda_revision.revision_number = ? order by lambda_revision.lambda_id limit 1`,
    [inventoryId, checksum, reference.revisionNumber],
  );
  return sameContent === undefined ? null : { lambdaId: sameContent.id, exact: true };
}

async function applyPlan(
  tx: SqlTransaction,
  params: { readonly plan: ResolutionPlan; readonly inventoryId: string; readonly creatorId: string },
): Promise<void> {
  const { plan, inventoryId, creatorId } = params;
  for (const lambdaId of [...plan.toLink].toSorted()) {
    // It was there when the plan was made: gone now means that its last link was removed meanwhile.
    if (!(await lockLambda(tx, lambdaId))) throw new ChangedMeanwhile(`lambda ${lambdaId} was deleted during the import`);
    await insertLink(tx, inventoryId, lambdaId);
  }
  for (const [lambdaId, revisions] of plan.toAdd) {
    for (const [number, revision] of revisions) await insertRevision(tx, lambdaId, number, revision);
  }
  for (const [id, lambda] of plan.toCreate) {
    await insertLambda(tx, { id, inventoryId, originalAtmLambdaId: lambda.originalId, creatorId, revisions: [...lambda.revisions] });
  }
}

async function writeRevision(
  tx: SqlTransaction,
  params: { readonly schemaId: string; readonly revisionNumber: number; readonly revision: WorkflowSchemaRevision },
): Promise<void> {
  await tx.run(
    `insert into workflow_schema_revision (schema_id, revision_number, body) values (?, ?, ?)
     on conflict (schema_id, revision_number) do update set body = excluded.body`,
    [params.schemaId, params.revisionNumber, JSON.stringify(params.revision)],
  );
  await renewUsage(tx, params.schemaId);
}

/** Which lambdas the schema uses follows from the revisions that it has now. */
async function renewUsage(tx: SqlTransaction, schemaId: string): Promise<void> {
  const rows = await tx.all<{ body: string }>('select body from workflow_schema_revision where schema_id = ?', [schemaId]);
  const used = new Set(
    rows.flatMap((row) => lambdaReferences(JSON.parse(row.body) as WorkflowSchemaRevision).map((reference) => reference.lambdaId)),
  );
  await tx.run('delete from workflow_schema_lambda where schema_id = ?', [schemaId]);
  for (const lambdaId of used)
    await tx.run('insert into workflow_schema_lambda (schema_id, lambda_id) values (?, ?)', [schemaId, lambdaId]);
}

/** Whoever changes the revisions of a schema waits here for others who do. False when there is no such schema. */
async function lockSchema(tx: SqlTransaction, schemaId: string): Promise<boolean> {
  const row = await tx.get<{ id: string }>(`select id from workflow_schema where id = ?${tx.dialect.forUpdate}`, [schemaId]);
  return row !== undefined;
}

async function removeSchema(tx: SqlTransaction, schemaId: string): Promise<boolean> {
  if (!(await lockSchema(tx, schemaId))) return false;
  await tx.run('delete from workflow_schema_lambda where schema_id = ?', [schemaId]);
  await tx.run('delete from workflow_schema_revision where schema_id = ?', [schemaId]);
  return (await tx.run('delete from workflow_schema where id = ?', [schemaId])) === 1;
}

export const deleteWorkflowSchema = defineVerb(
  'deleteWorkflowSchema',
  'control',
  async (tx, params: { readonly schemaId: string }) => await removeSchema(tx, params.schemaId),
);

export const deleteSchemaRevision = defineVerb(
  'deleteSchemaRevision',
  'control',
  async (tx, params: { readonly schemaId: string; readonly revisionNumber: number }) => {
    if (!(await lockSchema(tx, params.schemaId))) return false;
    const removed = await tx.run('delete from workflow_schema_revision where schema_id = ? and revision_number = ?', [
      params.schemaId,
      params.revisionNumber,
    ]);
    if (removed === 1) await renewUsage(tx, params.schemaId);
    return removed === 1;
  },
);

/** Deletes its workflow schemas, unlinks its lambdas, removes the members (rest R113). */
export const deleteInventory = defineVerb('deleteInventory', 'control', async (tx, params: { readonly inventoryId: string }) => {
  if (!(await lockInventory(tx, params.inventoryId))) return false;
  const schemas = await tx.all<{ id: string }>('select id from workflow_schema where inventory_id = ? order by id', [params.inventoryId]);
  for (const schema of schemas) await removeSchema(tx, schema.id);
  const links = await tx.all<{ lambda_id: string }>('select lambda_id from lambda_link where inventory_id = ? order by lambda_id', [
    params.inventoryId,
  ]);
  for (const link of links) await removeLink(tx, params.inventoryId, link.lambda_id);
  await deleteMembershipsOf(tx, params.inventoryId);
  return (await tx.run('delete from inventory where id = ?', [params.inventoryId])) === 1;
});

export const schemaVerbs = [
  getWorkflowSchema,
  listWorkflowSchemas,
  importWorkflowSchema,
  deleteWorkflowSchema,
  deleteSchemaRevision,
  deleteInventory,
];
