import { gather, type LanewayClient, type User } from '@laneway/client';
import { choose, looksLikeId, noneOf, type Named, type Words } from './choose.ts';
import { orNothing } from './find-container.ts';

const userWords: Words = { one: 'user', many: 'users', list: 'laneway user list' };

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
