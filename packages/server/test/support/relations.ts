/** Groups and members of a world, made by its administrator where the contract would want an invitation. */
import { groupPrivileges } from '@laneway/engine';
import type { Answer, Person, World } from './world.ts';

export const oz = '/api/v3/onezone';

export function idOf(answer: Answer): string {
  return String(answer.headers['location']).split('/').at(-1)!;
}

export class Relations {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** A group that the person leads. */
  async group(leader: Person, name = 'group'): Promise<string> {
    const made = await this.world.post(`${oz}/user/groups`, leader, { name });
    if (made.status !== 201) throw new Error(made.text);
    return idOf(made);
  }

  /** A user or group joins, e.g. `spaces/ID/groups/ID`; with the member set of privileges when none are given. */
  async join(path: string, privileges?: readonly string[]): Promise<void> {
    const made = await this.world.send('PUT', `${oz}/${path}`, this.world.admin, privileges === undefined ? {} : { privileges });
    if (made.status !== 201) throw new Error(made.text);
  }

  async leave(path: string): Promise<void> {
    const left = await this.world.send('DELETE', `${oz}/${path}`, this.world.admin);
    if (left.status !== 204) throw new Error(left.text);
  }

  /** Grants to a member, e.g. of `spaces/ID/groups/ID`. */
  async grant(path: string, as: Person, ...privileges: readonly string[]): Promise<number> {
    return (await this.world.send('PATCH', `${oz}/${path}/privileges`, as, { grant: privileges })).status;
  }

  /** A person who is in the group and may do there what its members may. */
  async memberOf(groupId: string, name = 'Member'): Promise<Person> {
    const person = await this.world.person(name);
    await this.join(`groups/${groupId}/users/${person.id}`, groupPrivileges.member);
    return person;
  }
}
