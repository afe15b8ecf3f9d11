/** Sets of privileges against the tables of the reference, written out here. */
import { describe, expect, it } from 'vitest';
import { groupPrivileges, inventoryPrivileges, spacePrivileges, zonePrivileges } from './privileges.ts';

const all = (prefix: string, words: string): string[] =>
  words
    .split(' ')
    .map((word) => prefix + word)
    .toSorted();

describe('sets of privileges', () => {
  it('a member of a space sees and changes data, and no executions (rest §6.2)', () => {
    expect(spacePrivileges.member).toEqual(all('space_', 'view read_data write_data view_transfers'));
    expect(spacePrivileges.manager).toEqual(expect.arrayContaining(all('space_', 'view_privileges add_user remove_user view_statistics')));
    expect(spacePrivileges.admin).toEqual(expect.arrayContaining([...spacePrivileges.manager, 'space_set_privileges', 'space_delete']));
    expect(spacePrivileges.manager).not.toContain('space_set_privileges');
  });

  it('an inventory and a group have the sets of their table (rest §6.3)', () => {
    const ofInventory = 'view manage_lambdas manage_workflow_schemas add_user remove_user add_group remove_group';
    expect(inventoryPrivileges).toEqual({
      member: all('atm_inventory_', 'view'),
      manager: all('atm_inventory_', ofInventory),
      admin: all('atm_inventory_', `${ofInventory} update delete view_privileges set_privileges`),
    });
    const ofManager =
      'view view_privileges add_user remove_user add_parent leave_parent add_child remove_child add_harvester remove_harvester add_atm_inventory remove_atm_inventory';
    const ofAdmin =
      'update delete set_privileges add_space leave_space add_cluster leave_cluster create_handle_service leave_handle_service create_handle leave_handle';
    expect(groupPrivileges).toEqual({
      member: all('group_', 'view'),
      manager: all('group_', ofManager),
      admin: all('group_', `${ofManager} ${ofAdmin}`),
    });
  });

  it('a viewer of the zone lists and views, an administrator does everything (rest §6.4)', () => {
    const kinds = 'users groups spaces providers handle_services handles harvesters clusters atm_inventories'.split(' ');
    const viewer = kinds.flatMap((kind) => ['list', 'view', 'list_relationships'].map((what) => `oz_${kind}_${what}`));
    expect(zonePrivileges.viewer).toEqual([...viewer, 'oz_shares_list', 'oz_shares_view'].toSorted());
    const managed = 'groups spaces handle_services handles harvesters atm_inventories'.split(' ');
    const actions = 'create update delete view_privileges set_privileges add_relationships remove_relationships'.split(' ');
    const ofUsers = 'create manage_passwords update delete add_relationships remove_relationships'
      .split(' ')
      .map((word) => `users_${word}`);
    const ofOthers =
      'view_privileges set_privileges tokens_manage shares_create shares_update shares_delete providers_update providers_delete providers_invite clusters_update clusters_view_privileges clusters_set_privileges clusters_add_relationships clusters_remove_relationships'.split(
        ' ',
      );
    const added = [...managed.flatMap((kind) => actions.map((what) => `${kind}_${what}`)), ...ofUsers, ...ofOthers];
    expect(zonePrivileges.admin).toEqual([...zonePrivileges.viewer, ...added.map((name) => `oz_${name}`)].toSorted());
  });
});
