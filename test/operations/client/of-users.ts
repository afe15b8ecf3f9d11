/** How the client reaches accounts, their privileges over the server, and the audit. */
import type { Use } from '../offered.ts';

const user = { type: 'user', id: 'u' } as const;
const group = { type: 'group', id: 'g' } as const;

export const ofUsers: Readonly<Record<string, Use>> = {
  get_current_user: async (client) => await client.users.current(),
  modify_current_user: async (client) => await client.users.rename({ fullName: 'Ada' }),
  remove_current_user: async (client) => await client.users.deleteCurrent(),
  create_user: async (client) => await client.users.create({ username: 'ada' }),
  list_users: async (client) => await client.users.all(),
  get_user: async (client) => await client.users.get('u'),
  delete_user: async (client) => await client.users.delete('u'),
  toggle_user_access_block: async (client) => await client.users.setBlocked('u', true),
  change_password: async (client) => await client.users.changePassword({ oldPassword: 'a', newPassword: 'b' }),
  update_basic_auth_config: async (client) => await client.users.setBasicAuth('u', { basicAuthEnabled: true }),
  list_login_methods: async (client) => await client.users.loginMethods(),
  unlink_account: async (client) => await client.users.unlinkAccount({ idp: 'i', subjectId: 's' }),
  get_current_user_privileges: async (client) => await client.zonePrivileges.of('self'),
  update_current_user_privileges: async (client) => await client.zonePrivileges.change('self', { revoke: [] }),
  remove_current_user_privileges: async (client) => await client.zonePrivileges.revokeAll('self'),
  get_current_user_effective_privileges: async (client) => await client.zonePrivileges.of('self', 'effective'),
  get_user_privileges: async (client) => await client.zonePrivileges.of(user),
  update_user_privileges: async (client) => await client.zonePrivileges.change(user, { grant: [] }),
  remove_user_privileges: async (client) => await client.zonePrivileges.revokeAll(user),
  get_user_effective_privileges: async (client) => await client.zonePrivileges.of(user, 'effective'),
  get_group_privileges: async (client) => await client.zonePrivileges.of(group),
  update_group_privileges: async (client) => await client.zonePrivileges.change(group, { grant: [] }),
  remove_group_privileges: async (client) => await client.zonePrivileges.revokeAll(group),
  get_group_effective_privileges: async (client) => await client.zonePrivileges.of(group, 'effective'),
  list_privileges: async (client) => await client.zonePrivileges.sets(),
  list_changes: async (client) => await client.audit.changes().next(),
};
