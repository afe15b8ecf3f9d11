/** Members of spaces and inventories and their privileges (rest §8.1, §8.6). */
import { inventoryPrivileges, sortedPrivileges, spacePrivileges, type Account } from '@laneway/engine';
import { makeError } from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { privilegesField, zoneData } from '../http/fields.ts';
import { Refusal } from '../http/refusal.ts';
import { created, json, noContent, type Call, type Route } from '../http/route.ts';
import { requireZoneUser } from './access.ts';

const prefix = '/api/v3/onezone';

interface Member {
  readonly userId: string;
  readonly privileges: readonly string[];
  readonly owner: boolean;
}

interface Kind {
  readonly plural: 'spaces' | 'atm_inventories';
  readonly singular: 'space' | 'atm_inventory';
  readonly entityType: 'od_space' | 'od_atm_inventory';
  readonly sets: typeof spacePrivileges;
  exists(id: string): Promise<boolean>;
  member(id: string, userId: string): Promise<Member | null>;
  members(id: string): Promise<readonly Member[]>;
  add(id: string, member: Member): Promise<boolean>;
  change(change: {
    readonly targetId: string;
    readonly userId: string;
    readonly grant: readonly string[];
    readonly revoke: readonly string[];
  }): Promise<boolean>;
  remove(id: string, userId: string): Promise<'removed' | 'missing' | 'lastOwner'>;
}

function spaceKind(deps: ServerDeps): Kind {
  const { registry } = deps;
  return {
    plural: 'spaces',
    singular: 'space',
    entityType: 'od_space',
    sets: spacePrivileges,
    exists: async (id) => (await deps.spaces.get(id)) !== null,
    member: async (id, userId) => await registry.spaceMember(id, userId),
    members: async (id) => await registry.spaceMembers(id),
    add: async (id, member) => await registry.addSpaceMember({ ...member, spaceId: id }),
    change: async (change) => await registry.changeSpacePrivileges(change),
    remove: async (id, userId) => await registry.removeSpaceMember(id, userId),
  };
}

function inventoryKind(deps: ServerDeps): Kind {
  const { registry } = deps;
  return {
    plural: 'atm_inventories',
    singular: 'atm_inventory',
    entityType: 'od_atm_inventory',
    sets: inventoryPrivileges,
    exists: async (id) => (await registry.inventory(id)) !== null,
    member: async (id, userId) => {
      const membership = await registry.inventoryMember(id, userId);
      return membership === null ? null : { ...membership, owner: false };
    },
    members: async (id) => (await registry.inventoryMembers(id)).map((membership) => ({ ...membership, owner: false })),
    add: async (id, member) => await registry.addInventoryMember({ inventoryId: id, userId: member.userId, privileges: member.privileges }),
    change: async (change) => await registry.changeInventoryPrivileges(change),
    remove: async (id, userId) => ((await registry.removeInventoryMember(id, userId)) ? 'removed' : 'missing'),
  };
}

class MemberRoutes {
  readonly #deps: ServerDeps;
  readonly #kind: Kind;

  constructor(deps: ServerDeps, kind: Kind) {
    this.#deps = deps;
    this.#kind = kind;
  }

  /** 404 → 401; who the caller is there. */
  async #enter(call: Call): Promise<{ readonly id: string; readonly user: UserIdentity; readonly self: Member | null }> {
    const id = call.param('id');
    if (!(await this.#kind.exists(id))) throw notFound();
    const user = requireZoneUser(call, `${this.#kind.entityType}.${id}.users:private`);
    return { id, user, self: await this.#kind.member(id, user.account.id) };
  }

  #holds(self: Member | null, privilege: string): boolean {
    return self !== null && (self.owner || self.privileges.includes(`${this.#kind.singular}_${privilege}`));
  }

  #allow(user: UserIdentity, self: Member | null, privilege: string, zone: string): void {
    if (!this.#holds(self, privilege) && !hasZonePrivilege(user, `oz_${this.#kind.plural}_${zone}`)) throw forbidden();
  }

  /** Relations that do not exist are 404 before anything else (rest R111). */
  async #member(call: Call): Promise<Member> {
    const member = await this.#kind.member(call.param('id'), call.param('uid'));
    if (member === null) throw notFound();
    return member;
  }

  readonly list = async (call: Call) => {
    const { id, user, self } = await this.#enter(call);
    this.#allow(user, self, 'view', 'list_relationships');
    return json({ users: (await this.#kind.members(id)).map((member) => member.userId) });
  };

  readonly get = async (call: Call) => {
    await this.#member(call);
    const { user, self } = await this.#enter(call);
    this.#allow(user, self, 'view', 'list_relationships');
    const account = await this.#deps.registry.user(call.param('uid'));
    if (account === null) throw notFound();
    return json(sharedUserJson(account));
  };

  /** Zone administrators add anybody; a member with add_user may only add himself, which he is already (rest R114). */
  readonly add = async (call: Call) => {
    const { id, user, self } = await this.#enter(call);
    const uid = call.param('uid');
    const bySelf = uid === user.account.id && this.#holds(self, 'add_user');
    const byZone =
      hasZonePrivilege(user, `oz_${this.#kind.plural}_add_relationships`) && hasZonePrivilege(user, 'oz_users_add_relationships');
    if (!bySelf && !byZone) throw forbidden();
    const { privileges } = zoneData(call.body, { optional: { privileges: privilegesField(this.#kind.sets.admin) } });
    if (
      privileges !== undefined &&
      !this.#holds(self, 'set_privileges') &&
      !hasZonePrivilege(user, `oz_${this.#kind.plural}_set_privileges`)
    ) {
      throw forbidden();
    }
    if ((await this.#deps.registry.user(uid)) === null) throw new Refusal(makeError('badValueIdNotFound', { key: 'userId' }));
    const added = await this.#kind.add(id, {
      userId: uid,
      privileges: sortedPrivileges(privileges ?? this.#kind.sets.member),
      owner: false,
    });
    if (!added) {
      throw new Refusal(
        makeError('relationAlreadyExists', { childType: 'user', childId: uid, parentType: this.#kind.singular, parentId: id }),
      );
    }
    return created(`${call.baseUrl}${prefix}/${this.#kind.plural}/${id}/users/${uid}`);
  };

  readonly remove = async (call: Call) => {
    const member = await this.#member(call);
    const { id, user, self } = await this.#enter(call);
    if (member.userId !== user.account.id) this.#allow(user, self, 'remove_user', 'remove_relationships');
    const removal = await this.#kind.remove(id, member.userId);
    if (removal === 'missing') throw notFound();
    if (removal === 'lastOwner') throw new Refusal(makeError('cannotRemoveLastOwner', { entityType: this.#kind.singular, entityId: id }));
    return noContent;
  };

  readonly privileges = async (call: Call) => {
    const member = await this.#member(call);
    const { user, self } = await this.#enter(call);
    if (member.userId !== user.account.id) this.#allow(user, self, 'view_privileges', 'view_privileges');
    return json({ privileges: sortedPrivileges(member.owner ? this.#kind.sets.admin : member.privileges) });
  };

  readonly changePrivileges = async (call: Call) => {
    const member = await this.#member(call);
    const { id, user, self } = await this.#enter(call);
    this.#allow(user, self, 'set_privileges', 'set_privileges');
    const field = privilegesField(this.#kind.sets.admin);
    const change = zoneData(call.body, { optional: { grant: field, revoke: field }, atLeastOne: ['grant', 'revoke'] });
    await this.#kind.change({ targetId: id, userId: member.userId, grant: change.grant ?? [], revoke: change.revoke ?? [] });
    return noContent;
  };

  routes(): Route[] {
    const { plural, singular } = this.#kind;
    const users = `/${plural}/{id}/users`;
    const get = (path: string, operationId: string, summary: string, handle: Route['handle']): Route => ({
      prefix,
      method: 'GET',
      path,
      operationId,
      summary,
      body: 'none',
      handle,
    });
    return [
      get(users, `list_${singular}_users`, 'List users', this.list),
      get(`/${plural}/{id}/effective_users`, `list_effective_${singular}_users`, 'List effective users', this.list),
      get(`${users}/{uid}`, `get_${singular}_user`, 'Get shared data of one of the users', this.get),
      get(`/${plural}/{id}/effective_users/{uid}`, `get_effective_${singular}_user`, 'Get shared data of one of the users', this.get),
      get(`${users}/{uid}/privileges`, `list_user_${singular}_privileges`, 'Get privileges of one of the users', this.privileges),
      get(
        `/${plural}/{id}/effective_users/{uid}/privileges`,
        `list_effective_user_${singular}_privileges`,
        'Get privileges of one of the effective users',
        this.privileges,
      ),
      {
        prefix,
        method: 'PUT',
        path: `${users}/{uid}`,
        operationId: `add_${singular}_user`,
        summary: 'Add a user as a member',
        body: 'json',
        parameters: [{ name: 'privileges', in: 'body', text: 'list; the member set when absent' }],
        handle: this.add,
      },
      {
        prefix,
        method: 'DELETE',
        path: `${users}/{uid}`,
        operationId: `remove_${singular}_user`,
        summary: 'Remove a user from the members',
        body: 'none',
        handle: this.remove,
      },
      {
        prefix,
        method: 'PATCH',
        path: `${users}/{uid}/privileges`,
        operationId: `update_user_${singular}_privileges`,
        summary: 'Grant and revoke privileges of a user',
        body: 'json',
        parameters: [
          { name: 'grant', in: 'body', text: 'list of privileges' },
          { name: 'revoke', in: 'body', text: 'list of privileges; one of the two at least' },
        ],
        handle: this.changePrivileges,
      },
    ];
  }
}

/** What members learn about each other, with the deprecated names of the same facts. */
export function sharedUserJson(account: Account): Readonly<Record<string, unknown>> {
  const { id, fullName, username, creationTime } = account;
  return { userId: id, fullName, username, creationTime, name: fullName, login: username, alias: username };
}

export function memberRoutes(deps: ServerDeps): Route[] {
  return [...new MemberRoutes(deps, spaceKind(deps)).routes(), ...new MemberRoutes(deps, inventoryKind(deps)).routes()];
}
