/** Inventories (rest §8.1). */
import { inventoryPrivileges, type Inventory } from '@laneway/engine';
import { entityNameField } from '@laneway/model';
import { notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { created, json, noContent, type Call, type Route } from '../http/route.ts';
import { requireInventory, requireZonePrivilege, requireZoneUser } from './access.ts';

const prefix = '/api/v3/onezone';

export function inventoryJson(inventory: Inventory): Readonly<Record<string, unknown>> {
  return {
    atmInventoryId: inventory.id,
    name: inventory.name,
    creator: { type: 'user', id: inventory.creatorId },
    creationTime: inventory.creationTime,
  };
}

function base(operationId: string, summary: string): Pick<Route, 'prefix' | 'operationId' | 'summary'> {
  return { prefix, operationId, summary };
}

async function ownInventories(deps: ServerDeps, call: Call): Promise<readonly string[]> {
  const user = requireZoneUser(call, 'od_user.self.atm_inventories:private');
  return (await deps.registry.inventoriesOf(user.account.id)).map((membership) => membership.inventoryId);
}

async function ownInventory(deps: ServerDeps, call: Call): Promise<Inventory> {
  const user = requireZoneUser(call, `od_atm_inventory.${call.param('aiid')}.instance:private`);
  const membership = await deps.registry.inventoryMember(call.param('aiid'), user.account.id);
  const inventory = membership === null ? null : await deps.registry.inventory(membership.inventoryId);
  if (inventory === null) throw notFound();
  return inventory;
}

export function inventoryRoutes(deps: ServerDeps): Route[] {
  const { registry } = deps;
  return [
    {
      ...base('create_user_atm_inventory', 'Create an inventory for the current user'),
      method: 'POST',
      path: '/user/atm_inventories',
      body: 'json',
      parameters: [{ name: 'name', in: 'body', text: 'required' }],
      handle: async (call) => {
        const user = requireZoneUser(call, 'od_atm_inventory.null.instance:private');
        const { name } = zoneData(call.body, { required: { name: entityNameField } });
        const id = await registry.createInventory({ name, creatorId: user.account.id, withMembership: true });
        return created(`${call.baseUrl}${prefix}/user/atm_inventories/${id}`);
      },
    },
    ...['atm_inventories', 'effective_atm_inventories'].map((list): Route => ({
      ...base(`list_user_${list}`, 'List inventories of the current user'),
      method: 'GET',
      path: `/user/${list}`,
      body: 'none',
      handle: async (call) => json({ atm_inventories: await ownInventories(deps, call) }),
    })),
    ...(
      [
        ['get_user_atm_inventory', '/user/atm_inventories/{aiid}'],
        ['get_user_effective_atm_inventory', '/user/effective_atm_inventories/{aiid}'],
      ] as const
    ).map(([operationId, path]): Route => ({
      ...base(operationId, 'Get an inventory of the current user'),
      method: 'GET',
      path,
      body: 'none',
      handle: async (call) => json(inventoryJson(await ownInventory(deps, call))),
    })),
    {
      ...base('leave_atm_inventory', 'Leave an inventory'),
      method: 'DELETE',
      path: '/user/atm_inventories/{aiid}',
      body: 'none',
      handle: async (call) => {
        const inventory = await ownInventory(deps, call);
        await registry.removeInventoryMember(inventory.id, requireZoneUser(call, '').account.id);
        return noContent;
      },
    },
    {
      ...base('create_atm_inventory', 'Create an inventory without members'),
      method: 'POST',
      path: '/atm_inventories',
      body: 'json',
      parameters: [{ name: 'name', in: 'body', text: 'required' }],
      handle: async (call) => {
        const user = requireZonePrivilege(call, 'od_atm_inventory.null.instance:private', 'oz_atm_inventories_create');
        const { name } = zoneData(call.body, { required: { name: entityNameField } });
        const id = await registry.createInventory({ name, creatorId: user.account.id, withMembership: false });
        return created(`${call.baseUrl}${prefix}/atm_inventories/${id}`);
      },
    },
    {
      ...base('list_atm_inventories', 'List all inventories'),
      method: 'GET',
      path: '/atm_inventories',
      body: 'none',
      handle: async (call) => {
        requireZonePrivilege(call, 'od_atm_inventory.null.list:private', 'oz_atm_inventories_list');
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
