import { newId } from '@laneway/model';
import type { Database } from '../persistence/sql.ts';
import * as groups from '../persistence/sql/groups.ts';

/** Groups themselves; their members are in `Memberships`. */
export class Groups {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** null when what it was to be a member of, or a first member, is gone. */
  async create(
    group: Omit<groups.NewGroup, 'id' | 'within' | 'child'> & Partial<Pick<groups.NewGroup, 'within' | 'child'>>,
  ): Promise<string | null> {
    const id = newId();
    return (await this.#database.call(groups.createGroup, { within: null, child: null, ...group, id })) ? id : null;
  }

  async get(groupId: string): Promise<groups.Group | null> {
    return await this.#database.call(groups.getGroup, { id: groupId });
  }

  async list(): Promise<readonly string[]> {
    return await this.#database.call(groups.listGroups, null);
  }

  /** null = stays as it is. */
  async update(groupId: string, change: { readonly name: string | null; readonly type: groups.GroupType | null }): Promise<boolean> {
    return await this.#database.call(groups.updateGroup, { id: groupId, ...change });
  }

  async delete(groupId: string): Promise<boolean> {
    return await this.#database.call(groups.deleteGroup, { id: groupId });
  }
}
