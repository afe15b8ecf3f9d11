/** Privilege sets of spaces, inventories, groups and of the whole zone (rest §6.2–6.4). */

export interface PrivilegeSets {
  readonly member: readonly string[];
  readonly manager: readonly string[];
  readonly admin: readonly string[];
}

function prefixed(prefix: string, words: string): string[] {
  return words.split(/\s+/).map((word) => `${prefix}${word}`);
}

/** Sorted and free of duplicates, as every list of privileges in a response (rest R101). */
export function sortedPrivileges(privileges: Iterable<string>): string[] {
  return [...new Set(privileges)].toSorted();
}

function setsOf(member: readonly string[], managerAdds: readonly string[], adminAdds: readonly string[]): PrivilegeSets {
  const manager = [...member, ...managerAdds];
  return { member: sortedPrivileges(member), manager: sortedPrivileges(manager), admin: sortedPrivileges([...manager, ...adminAdds]) };
}

export const spacePrivileges: PrivilegeSets = setsOf(
  prefixed('space_', 'view read_data write_data view_transfers'),
  prefixed(
    'space_',
    'view_privileges add_user remove_user add_group remove_group add_harvester remove_harvester register_files manage_shares view_views query_views view_statistics view_changes_stream schedule_replication view_qos manage_datasets view_archives create_archives manage_archives view_atm_workflow_executions schedule_atm_workflow_executions',
  ),
  prefixed(
    'space_',
    'update delete set_privileges manage_in_marketplace add_support remove_support manage_views cancel_replication schedule_eviction cancel_eviction manage_qos remove_archives recall_archives manage_atm_workflow_executions',
  ),
);

export const inventoryPrivileges: PrivilegeSets = setsOf(
  ['atm_inventory_view'],
  prefixed('atm_inventory_', 'manage_lambdas manage_workflow_schemas add_user remove_user add_group remove_group'),
  prefixed('atm_inventory_', 'update delete view_privileges set_privileges'),
);

export const groupPrivileges: PrivilegeSets = setsOf(
  ['group_view'],
  prefixed(
    'group_',
    'view_privileges add_user remove_user add_parent leave_parent add_child remove_child add_harvester remove_harvester add_atm_inventory remove_atm_inventory',
  ),
  prefixed(
    'group_',
    'update delete set_privileges add_space leave_space add_cluster leave_cluster create_handle_service leave_handle_service create_handle leave_handle',
  ),
);

const viewedEntities = 'users groups spaces providers handle_services handles harvesters clusters atm_inventories'.split(' ');
const managedEntities = 'groups spaces handle_services handles harvesters atm_inventories'.split(' ');

const zoneViewer = [
  ...viewedEntities.flatMap((entity) => [`oz_${entity}_list`, `oz_${entity}_view`, `oz_${entity}_list_relationships`]),
  'oz_shares_list',
  'oz_shares_view',
];

const zoneAdminAdds = [
  ...prefixed('oz_', 'view_privileges set_privileges tokens_manage'),
  ...prefixed('oz_users_', 'create manage_passwords update delete add_relationships remove_relationships'),
  ...managedEntities.flatMap((entity) =>
    prefixed(`oz_${entity}_`, 'create update delete view_privileges set_privileges add_relationships remove_relationships'),
  ),
  ...prefixed('oz_', 'shares_create shares_update shares_delete providers_update providers_delete providers_invite'),
  ...prefixed('oz_clusters_', 'update view_privileges set_privileges add_relationships remove_relationships'),
];

/** Zone-wide privileges; they give no rights over workflow executions (rest R102). */
export const zonePrivileges = {
  viewer: sortedPrivileges(zoneViewer),
  admin: sortedPrivileges([...zoneViewer, ...zoneAdminAdds]),
} as const;
