import { zone } from './containers.ts';
import { gather } from './gather.ts';
import type { RevisionState, WorkflowDump, WorkflowRevisionDump, WorkflowSchema } from './zone-shapes.ts';
import { idPath, type Transport } from './transport.ts';

/** Workflow schemas of inventories (rest §8.3). To see one takes membership of its inventory, to change it `atm_inventory_manage_workflow_schemas`. */
export class WorkflowsApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Ids of the schemas of an inventory. */
  async ids(inventoryId: string): Promise<readonly string[]> {
    return await this.#ids(zone + idPath`/atm_inventories/${inventoryId}/atm_workflow_schemas`);
  }

  /** Ids of all schemas of the server; `forbidden` without `oz_atm_inventories_view`. */
  async all(): Promise<readonly string[]> {
    return await this.#ids(`${zone}/atm_workflow_schemas`);
  }

  /** The schemas of an inventory; one request for the list and one for each. */
  async ofInventory(inventoryId: string): Promise<readonly WorkflowSchema[]> {
    return await gather(await this.ids(inventoryId), async (id) => await this.get(id));
  }

  /** A schema with all of its revisions. */
  async get(schemaId: string): Promise<WorkflowSchema> {
    return await this.#transport.json('GET', pathOf(schemaId));
  }

  /** Ids of the lambdas that its revisions use. */
  async lambdas(schemaId: string): Promise<readonly string[]> {
    return (await this.#transport.json<{ atm_lambdas: readonly string[] }>('GET', `${pathOf(schemaId)}/atm_lambdas`)).atm_lambdas;
  }

  /**
   * Makes a schema from a dump and answers its id (rest R129). Lambdas are found in the inventory, linked to it, or made from what the dump
   * brings along (rest R125). `badData` names what is wrong in the revision (rest R126, R127), `badValueName` a name that is none; nothing
   * is left of what is refused.
   */
  async create(inventoryId: string, dump: WorkflowDump): Promise<string> {
    return await this.#transport.create(`${zone}/atm_workflow_schemas`, { ...dump, atmInventoryId: inventoryId });
  }

  /** Makes a schema without revisions (rest R129a). */
  async createEmpty(inventoryId: string, schema: { readonly name: string; readonly summary?: string }): Promise<string> {
    return await this.#transport.create(`${zone}/atm_workflow_schemas`, { ...schema, atmInventoryId: inventoryId });
  }

  /** Changes what is named – one thing at least – all at once (schemas R44). */
  async update(
    schemaId: string,
    change: { readonly name?: string; readonly summary?: string; readonly revision?: WorkflowRevisionDump },
  ): Promise<void> {
    await this.#transport.call('PATCH', pathOf(schemaId), { body: change });
  }

  /** With its revisions. Executions that were scheduled with it keep what they run. */
  async delete(schemaId: string): Promise<void> {
    await this.#transport.call('DELETE', pathOf(schemaId), {});
  }

  /** The schema with one revision and the lambdas that it uses; `badValueIdNotFound` without the revision (rest R123). */
  async dump(schemaId: string, revisionNumber: number): Promise<WorkflowDump> {
    return await this.#transport.json('POST', `${pathOf(schemaId)}/dump`, { body: { includeRevision: revisionNumber } });
  }

  /** The revision alone, with its lambdas: a body for `putRevision`. `notFound` without the revision. */
  async dumpRevision(schemaId: string, revisionNumber: number): Promise<WorkflowRevisionDump> {
    return await this.#transport.json('POST', `${pathOf(schemaId)}/revision/${revisionNumber}/dump`, { body: {} });
  }

  /** Inserts the revision, or overwrites the one of that number; its own number when none is given (rest R120, R124). */
  async putRevision(schemaId: string, dump: WorkflowRevisionDump, revisionNumber?: number): Promise<void> {
    await this.#transport.call('PUT', `${pathOf(schemaId)}/revision/${revisionNumber ?? 'auto'}`, { body: dump });
  }

  /** `notFound` without the revision. */
  async deleteRevision(schemaId: string, revisionNumber: number): Promise<void> {
    await this.#transport.call('DELETE', `${pathOf(schemaId)}/revision/${revisionNumber}`);
  }

  /**
   * Changes state and description of a revision and answers whether there is one of that number. It is read, changed and written back, as the
   * contract has no operation for it: what somebody else writes to the revision meanwhile is lost.
   */
  async editRevision(
    schemaId: string,
    revisionNumber: number,
    change: { readonly state?: RevisionState; readonly description?: string },
  ): Promise<boolean> {
    const { revisionRegistry } = await this.get(schemaId);
    const revision = revisionRegistry[String(revisionNumber)];
    if (revision === undefined) return false;
    const changed = { originalRevisionNumber: revisionNumber, atmWorkflowSchemaRevision: { ...revision, ...change } };
    await this.putRevision(schemaId, changed, revisionNumber);
    return true;
  }

  async #ids(path: string): Promise<readonly string[]> {
    return (await this.#transport.json<{ atm_workflow_schemas: readonly string[] }>('GET', path)).atm_workflow_schemas;
  }
}

function pathOf(schemaId: string): string {
  return zone + idPath`/atm_workflow_schemas/${schemaId}`;
}
