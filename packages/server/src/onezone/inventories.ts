/** Inventories themselves (rest §8.1); making them, and their members, is in relations/. */
import { inventoryPrivileges } from '@laneway/engine';
import { entityNameField } from '@laneway/model';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { json, noContent, type Route } from '../http/route.ts';
import { requireInventory, requireZonePrivilege } from './access.ts';
import { inventoryJson } from './entity-json.ts';

const prefix = '/api/v3/onezone';

function base(operationId: string, summary: string): Pick<Route, 'prefix' | 'operationId' | 'summary'> {
  return { prefix, operationId, summary };
}

export function inventoryRoutes(deps: ServerDeps): Route[] {
  const { registry } = deps;
  return [
    {
      ...base('list_atm_inventories', 'List all inventories'),
      method: 'GET',
      path: '/atm_inventories',
      body: 'none',
      handle: async (call) => {
        requireZonePrivilege(call, 'atm_inventory.null.list:private', 'oz_atm_inventories_list');
        return json({ atm_inventories: await registry.inventories() });
      },
    },
    {
      ...base('list_atm_inventory_privileges', 'Get the privilege sets of inventories'),
      method: 'GET',
      path: '/atm_inventories/privileges',
      body: 'none',
      handle: async () => json(inventoryPrivileges),
    },
    {
      ...base('get_atm_inventory', 'Get an inventory'),
      method: 'GET',
      path: '/atm_inventories/{id}',
      body: 'none',
      handle: async (call) =>
        json(inventoryJson((await requireInventory(deps, call, { privilege: 'member', zone: 'oz_atm_inventories_view' })).inventory)),
    },
    {
      ...base('modify_atm_inventory', 'Rename an inventory'),
      method: 'PATCH',
      path: '/atm_inventories/{id}',
      body: 'json',
      parameters: [{ name: 'name', in: 'body', text: 'required' }],
      handle: async (call) => {
        const { inventory } = await requireInventory(deps, call, { privilege: 'update', zone: 'oz_atm_inventories_update' });
        const { name } = zoneData(call.body, { required: { name: entityNameField } });
        await registry.renameInventory(inventory.id, name);
        return noContent;
      },
    },
    {
      ...base('remove_atm_inventory', 'Delete an inventory with its workflow schemas'),
      method: 'DELETE',
      path: '/atm_inventories/{id}',
      body: 'none',
      handle: async (call) => {
        const { inventory } = await requireInventory(deps, call, { privilege: 'delete', zone: 'oz_atm_inventories_delete' });
        await registry.deleteInventory(inventory.id);
        return noContent;
      },
    },
    {
      ...base('list_atm_inventory_lambdas', 'List lambdas of an inventory'),
      method: 'GET',
      path: '/atm_inventories/{id}/atm_lambdas',
      body: 'none',
      handle: async (call) => {
        const { inventory } = await requireInventory(deps, call, { privilege: 'member', zone: 'oz_atm_inventories_view' });
        return json({ atm_lambdas: await registry.lambdasOfInventory(inventory.id) });
      },
    },
    {
      ...base('list_atm_inventory_workflow_schemas', 'List workflow schemas of an inventory'),
      method: 'GET',
      path: '/atm_inventories/{id}/atm_workflow_schemas',
      body: 'none',
      handle: async (call) => {
        const { inventory } = await requireInventory(deps, call, { privilege: 'member', zone: 'oz_atm_inventories_view' });
        return json({ atm_workflow_schemas: await registry.workflowSchemas(inventory.id) });
      },
    },
  ];
}
