import { belongingPath, creationPath, zone, type Founder } from './containers.ts';
import { gather } from './gather.ts';
import type { Inventory } from './zone-shapes.ts';
import { idPath, type Transport } from './transport.ts';

/** Inventories of workflow schemas and lambdas (rest §8.1). Who is in them is in `MembersApi` and `BelongingsApi`. */
export class InventoriesApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Inventories that the caller belongs to, also through groups; one request for the list and one for each. */
  async own(): Promise<readonly Inventory[]> {
    const path = belongingPath('self', 'atm_inventories', 'effective');
    const { atm_inventories: ids } = await this.#transport.json<{ atm_inventories: readonly string[] }>('GET', path);
    return await gather(ids, async (id) => await this.get(id));
  }

  /** Ids of all inventories of the server; `forbidden` without `oz_atm_inventories_list`. */
  async all(): Promise<readonly string[]> {
    const answer = await this.#transport.json<{ atm_inventories: readonly string[] }>('GET', `${zone}/atm_inventories`);
    return answer.atm_inventories;
  }

  /** `notFound` when there is none, `forbidden` to those who are not in it and may not view all. */
  async get(inventoryId: string): Promise<Inventory> {
    return await this.#transport.json('GET', zone + idPath`/atm_inventories/${inventoryId}`);
  }

  /** Makes an inventory and answers its id; `badValueName` for a name that is none (rest R108). */
  async create(name: string, founder: Founder = 'self'): Promise<string> {
    return await this.#transport.create(creationPath(founder, 'atm_inventories'), { name });
  }

  /** It needs `atm_inventory_update`. */
  async rename(inventoryId: string, name: string): Promise<void> {
    await this.#transport.call('PATCH', zone + idPath`/atm_inventories/${inventoryId}`, { body: { name } });
  }

  /** With its workflow schemas and the lambdas that are nowhere else (rest R113). It needs `atm_inventory_delete`. */
  async delete(inventoryId: string): Promise<void> {
    await this.#transport.call('DELETE', zone + idPath`/atm_inventories/${inventoryId}`);
  }
}
