import { gather, type Container, type LanewayClient, type Member, type MemberReach, type User } from '@laneway/client';
import { choose, looksLikeId, noneOf, type Named, type Words } from './choose.ts';
import { containerWords, findContainer, orNothing } from './find-container.ts';

const userWords: Words = { one: 'user', many: 'users', list: 'laneway user list' };
const memberWords = (type: Member['type'], { kind }: Container): Words => ({
  one: `${type} among the members`,
  many: `${type}s`,
  list: `laneway ${containerWords[kind].one} members …`,
});

/** The id of the user with this id, username or full name, among all for administrators, else only the caller; `me` is always the caller. */
export async function findUser(client: LanewayClient, given: string): Promise<string> {
  if (looksLikeId(given)) return given;
  const me = await client.users.current();
  if (given === 'me') return me.userId;
  const others = ((await orNothing(client.users.all(), 403)) ?? []).filter((id) => id !== me.userId);
  const found = await gather(others, async (id) => await orNothing(client.users.get(id), 403, 404));
  const users = [me, ...found.filter((user) => user !== undefined)];
  const chosen = choose(userWords, given, users, namedUser);
  if (chosen === undefined) throw noneOf(userWords, given, users.map(namedUser));
  return chosen.userId;
}

function namedUser({ userId, username, fullName }: User): Named {
  return { id: userId, names: username === null ? [fullName] : [username, fullName], note: fullName };
}

/** A user or group by id or name, to be made a member. */
export async function findNewMember(client: LanewayClient, type: Member['type'], given: string): Promise<Member> {
  return { type, id: type === 'user' ? await findUser(client, given) : (await findContainer(client, 'groups', given)).id };
}

/** A member by id, username or name. Who may not see the others finds himself and his groups all the same. */
export async function findMember(
  client: LanewayClient,
  container: Container,
  type: Member['type'],
  given: string,
  reach: MemberReach = 'direct',
): Promise<Member> {
  if (looksLikeId(given)) return { type, id: given };
  if (type === 'user' && given === 'me') return { type, id: (await client.users.current()).userId };
  const ids = await orNothing(client.members.ids(container, type, reach), 403);
  if (ids === undefined) return await findNewMember(client, type, given);
  const members = await gather(ids, async (id) => await namedMember(client, container, { type, id }, reach));
  const chosen = choose(memberWords(type, container), given, members, (member) => member);
  if (chosen === undefined) throw noneOf(memberWords(type, container), given, members);
  return { type, id: chosen.id };
}

async function namedMember(client: LanewayClient, container: Container, member: Member, reach: MemberReach): Promise<Named> {
  const details = await orNothing(client.members.details(container, member, reach), 403, 404);
  const { name = member.id, username = null } = details ?? {};
  return { id: member.id, names: username === null ? [name] : [username, name], note: name };
}
