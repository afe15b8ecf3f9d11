import { zone } from './containers.ts';
import type { User } from './zone-shapes.ts';
import { idPath, type Transport } from './transport.ts';

/** At least one of the two. Usernames are unique, and what people log in with. */
interface UserNames {
  readonly fullName?: string;
  readonly username?: string;
}

/** The caller's own account, and those of others for administrators (rest §8.7). */
export class UsersApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The caller. */
  async current(): Promise<User> {
    return await this.#transport.json('GET', `${zone}/user`);
  }

  /** Renames the caller; nobody renames others. `badValueFullName`, `badValueUsername` or `badValueIdentifierOccupied` tell why not. */
  async rename(names: UserNames): Promise<void> {
    await this.#transport.call('PATCH', `${zone}/user`, { body: names });
  }

  /** Deletes the caller with his tokens and memberships; `cannotRemoveLastOwner` names a space that would be without. */
  async deleteCurrent(): Promise<void> {
    await this.#transport.call('DELETE', `${zone}/user`);
  }

  /** The caller's password; whoever is logged in with the old one is out. `basicAuthDisabled` for one who has none. */
  async changePassword(passwords: { readonly oldPassword: string; readonly newPassword: string }): Promise<void> {
    await this.#transport.call('PATCH', `${zone}/user/password`, { body: passwords });
  }

  /** Takes an account of an identity provider off the caller's (extension). */
  async unlinkAccount(account: { readonly idp: string; readonly subjectId: string }): Promise<void> {
    await this.#transport.call('DELETE', `${zone}/user/linked_accounts`, { body: account });
  }

  /** Ids of all users; `forbidden` without `oz_users_list`. */
  async all(): Promise<readonly string[]> {
    return (await this.#transport.json<{ readonly users: readonly string[] }>('GET', `${zone}/users`)).users;
  }

  /** Takes `oz_users_view`, also for the caller himself. */
  async get(userId: string): Promise<User> {
    return await this.#transport.json('GET', zone + idPath`/users/${userId}`);
  }

  /** Makes a user and answers his id; without a full name the username is taken for it. It needs `oz_users_create`. */
  async create(names: UserNames): Promise<string> {
    return await this.#transport.create(`${zone}/users`, names);
  }

  /** With his tokens and memberships; his executions are interrupted. */
  async delete(userId: string): Promise<void> {
    await this.#transport.call('DELETE', zone + idPath`/users/${userId}`);
  }

  /** Shuts a user out, or lets him in again; what he started is interrupted. */
  async setBlocked(userId: string, blocked: boolean): Promise<void> {
    await this.#transport.call('PATCH', zone + idPath`/users/${userId}/access_block`, { body: { blocked } });
  }

  /** The password of a user, and whether it logs in; it needs `oz_users_manage_passwords`. */
  async setBasicAuth(userId: string, change: { readonly newPassword?: string; readonly basicAuthEnabled?: boolean }): Promise<void> {
    await this.#transport.call('PATCH', zone + idPath`/users/${userId}/basic_auth`, { body: change });
  }

  /** How people log in to this server: passwords, identity providers. Anybody may ask (extension). */
  async loginMethods(): Promise<unknown> {
    return await this.#transport.json('GET', `${zone}/session/methods`);
  }
}
