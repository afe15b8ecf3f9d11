/** One person for each role, and two more: a host who invites, and a subject who is looked at. */
import { zonePrivileges } from '@laneway/engine';
import type { Person, World } from '../support/world.ts';

export interface People {
  readonly member: Person;
  readonly privileged: Person;
  readonly owner: Person;
  readonly scheduler: Person;
  readonly other: Person;
  readonly admin: Person;
  readonly host: Person;
  readonly subject: Person;
}

export async function newPeople(world: World): Promise<People> {
  return {
    member: await world.person('Member'),
    privileged: await world.person('Privileged Member'),
    owner: await world.person('Owner'),
    scheduler: await world.person('Scheduling User'),
    other: await world.person('Other'),
    admin: await world.person('Zone Administrator', zonePrivileges.admin),
    host: await world.person('Host'),
    subject: await world.person('Subject'),
  };
}

/** null for the guest. */
export function personOf(people: People, role: string): Person | null {
  return role === 'guest' ? null : people[role as keyof People];
}
