import { zone } from './containers.ts';
import { gather } from './gather.ts';
import type { LambdaCatalogue } from './shapes.ts';
import type { Lambda, LambdaDump, LambdaRevisionDump, RevisionState } from './zone-shapes.ts';
import { idPath, type Transport } from './transport.ts';

/** Lambdas of inventories (rest §8.2). To see one takes membership of an inventory that holds it, to change it `atm_inventory_manage_lambdas`. */
export class LambdasApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Lambdas that this server can run by itself, and to administrators what running them meets there (extension). */
  async catalogue(): Promise<LambdaCatalogue> {
    return await this.#transport.json('GET', '/api/v3/oneprovider/automation/lambdas');
  }

  /** Ids of the lambdas of an inventory. */
  async ids(inventoryId: string): Promise<readonly string[]> {
    return await this.#ids(zone + idPath`/atm_inventories/${inventoryId}/atm_lambdas`);
  }

  /** Ids of all lambdas of the server; `forbidden` without `oz_atm_inventories_view`. */
  async all(): Promise<readonly string[]> {
    return await this.#ids(`${zone}/atm_lambdas`);
  }

  /** The lambdas of an inventory; one request for the list and one for each. */
  async ofInventory(inventoryId: string): Promise<readonly Lambda[]> {
    return await gather(await this.ids(inventoryId), async (id) => await this.get(id));
  }

  /** A lambda with all of its revisions. */
  async get(lambdaId: string): Promise<Lambda> {
    return await this.#transport.json('GET', pathOf(lambdaId));
  }

  /** Ids of the inventories that hold it. */
  async inventories(lambdaId: string): Promise<readonly string[]> {
    const path = `${pathOf(lambdaId)}/atm_inventories`;
    return (await this.#transport.json<{ atm_inventories: readonly string[] }>('GET', path)).atm_inventories;
  }

  /** Ids of the workflow schemas that use it. */
  async workflows(lambdaId: string): Promise<readonly string[]> {
    const path = `${pathOf(lambdaId)}/atm_workflow_schemas`;
    return (await this.#transport.json<{ atm_workflow_schemas: readonly string[] }>('GET', path)).atm_workflow_schemas;
  }

  /** Makes a lambda from a dump and answers its id (rest R129); `badData` names what is wrong in the revision (rest R119). */
  async create(inventoryId: string, dump: LambdaDump): Promise<string> {
    return await this.#transport.create(`${zone}/atm_lambdas`, { ...dump, atmInventoryId: inventoryId });
  }

  /** Adds a revision under the number it has in the dump. Revisions never change: `alreadyExists` for a number that there is (rest R120). */
  async addRevision(lambdaId: string, dump: LambdaRevisionDump): Promise<void> {
    await this.#transport.call('PATCH', pathOf(lambdaId), { body: { revision: dump } });
  }

  /** The same under another number. */
  async putRevision(lambdaId: string, dump: LambdaRevisionDump, revisionNumber: number): Promise<void> {
    await this.#transport.call('PUT', `${pathOf(lambdaId)}/revision/${revisionNumber}`, { body: dump });
  }

  /** All that can be changed of a revision (rest R120); `notFound` without the revision (rest R121). */
  async setRevisionState(lambdaId: string, revisionNumber: number, state: RevisionState): Promise<void> {
    await this.#transport.call('PATCH', `${pathOf(lambdaId)}/revision/${revisionNumber}`, { body: { state } });
  }

  /** The lambda with one revision; `badValueIdNotFound` without the revision (rest R123). */
  async dump(lambdaId: string, revisionNumber: number): Promise<LambdaDump> {
    return await this.#transport.json('POST', `${pathOf(lambdaId)}/dump`, { body: { includeRevision: revisionNumber } });
  }

  /** The revision alone: what `addRevision` takes. `notFound` without the revision. */
  async dumpRevision(lambdaId: string, revisionNumber: number): Promise<LambdaRevisionDump> {
    return await this.#transport.json('POST', `${pathOf(lambdaId)}/revision/${revisionNumber}/dump`, { body: {} });
  }

  /** Puts a lambda into a further inventory; it takes the right over lambdas in both. `relationAlreadyExists` when it is there (rest R122). */
  async link(lambdaId: string, inventoryId: string): Promise<void> {
    await this.#transport.call('PUT', pathOf(lambdaId) + idPath`/atm_inventories/${inventoryId}`, { body: {} });
  }

  /**
   * Takes a lambda out of an inventory; from its last one it goes for good. `atmLambdaInUse` names the workflow schemas of the inventory that use
   * it (rest R122).
   */
  async unlink(lambdaId: string, inventoryId: string): Promise<void> {
    await this.#transport.call('DELETE', pathOf(lambdaId) + idPath`/atm_inventories/${inventoryId}`);
  }

  async #ids(path: string): Promise<readonly string[]> {
    return (await this.#transport.json<{ atm_lambdas: readonly string[] }>('GET', path)).atm_lambdas;
  }
}

function pathOf(lambdaId: string): string {
  return zone + idPath`/atm_lambdas/${lambdaId}`;
}
