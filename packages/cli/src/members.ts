/** Members of spaces, inventories and groups, as commands take and show them. */
import { ApiError, gather, type Container, type LanewayClient, type Member, type MemberReach } from '@laneway/client';
import { privilegeSets, shortList, type PrivilegeRealm, type PrivilegeSets } from './privilege-lists.ts';
import { printJson, printTable, type Terminal } from './terminal.ts';

export interface MembersOptions {
  readonly effective?: boolean;
  readonly json?: boolean;
}

interface ShownMember extends Member {
  readonly name: string;
  /** null where the caller may not see them. */
  readonly privileges: readonly string[] | null;
}

export async function membersOf(client: LanewayClient, container: Container, reach: MemberReach): Promise<readonly ShownMember[]> {
  const { members } = client;
  const [users, groups] = await Promise.all([members.ids(container, 'user', reach), members.ids(container, 'group', reach)]);
  const all: Member[] = [...users.map((id) => ({ type: 'user', id }) as const), ...groups.map((id) => ({ type: 'group', id }) as const)];
  return await gather(all, async (member) => {
    const [name, privileges] = await Promise.all([
      members.name(container, member, reach),
      members.privileges(container, member, reach).catch(unlessForbidden),
    ]);
    return { ...member, name, privileges };
  });
}

function unlessForbidden(error: unknown): null {
  if (error instanceof ApiError && error.status === 403) return null;
  throw error;
}

export async function printMembers(
  terminal: Terminal,
  client: LanewayClient,
  container: Container,
  options: MembersOptions,
): Promise<void> {
  const found = await membersOf(client, container, options.effective === true ? 'effective' : 'direct');
  if (options.json === true) printJson(terminal, found);
  else printMemberTable(terminal, found, { realm: container.kind, sets: await privilegeSets(client, container.kind) });
}

export function printMemberTable(
  terminal: Terminal,
  found: readonly ShownMember[],
  { realm, sets }: { readonly realm: PrivilegeRealm; readonly sets: PrivilegeSets },
): void {
  const rows = found.map(({ name, type, id, privileges }) => [
    name,
    type,
    id,
    privileges === null ? '–' : shortList(privileges, realm, sets),
  ]);
  printTable(terminal, ['name', 'what', 'id', 'privileges'], rows);
}
