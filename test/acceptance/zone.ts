/** People who ask the server over HTTP, each with a token of his own, and the requests of the scenarios about inventories, groups and spaces. */

export const onezone = '/api/v3/onezone';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  /** Id and details of the error, if it is one. */
  readonly id: string | undefined;
  readonly details: any;
  readonly json: any;
  /** Last segment of the Location header: the id of what was made. */
  readonly made: string | undefined;
  readonly location: string | null;
}

/** What an invitation is to: the type of its token, and its target (rest §2.2). */
export type Invitation = Readonly<Record<'inviteType', string>> & Readonly<Record<string, string>>;

export const inventoryPrivilege = (...names: readonly string[]): string[] => names.map((name) => `atm_inventory_${name}`).toSorted();

export class Zone {
  readonly url: string;
  readonly admin: Person;
  #tokenCount = 0;

  constructor(url: string, adminToken: string) {
    this.url = url;
    this.admin = { id: '', name: 'administrator', token: adminToken };
  }

  /** `path` follows the prefix of Onezone, unless it is a whole one; a text is sent as it stands; null sends no token. */
  async ask(as: Person | null, method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.url + (path.startsWith('/api/') ? path : onezone + path), {
      method,
      headers: {
        ...(as === null ? {} : { 'x-auth-token': as.token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = text === '' ? undefined : JSON.parse(text);
    const location = response.headers.get('location');
    return {
      status: response.status,
      id: json?.error?.id,
      details: json?.error?.details,
      json,
      made: location?.split('/').at(-1),
      location,
    };
  }

  /** Asks what has to succeed; the JSON of the answer. */
  async get(as: Person, path: string): Promise<any> {
    return (await this.#succeed(as, 'GET', path)).json;
  }

  async change(as: Person, method: string, path: string, body?: unknown): Promise<void> {
    await this.#succeed(as, method, path, body);
  }

  /** The id of what was made. */
  async make(as: Person, path: string, body: unknown): Promise<string> {
    const { made } = await this.#succeed(as, 'POST', path, body);
    if (made === undefined) throw new Error(`POST ${path} was answered without a Location`);
    return made;
  }

  /** A user with an access token that an administrator made for him. */
  async person(name: string): Promise<Person> {
    const id = await this.make(this.admin, '/users', { username: name, fullName: name });
    const { json } = await this.#succeed(this.admin, 'POST', `/users/${id}/tokens/named`, { name: 'scenario', type: { accessToken: {} } });
    return { id, name, token: json.token };
  }

  async inventory(owner: Person, name: string): Promise<string> {
    return await this.make(owner, '/user/atm_inventories', { name });
  }

  /** The person leads it. */
  async group(leader: Person, name: string): Promise<string> {
    return await this.make(leader, '/user/groups', { name });
  }

  /** Asks for an invite token, as "Invite using token" does; what it is to is in `invitation`. */
  async askToInvite(as: Person, invitation: Invitation, more: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    this.#tokenCount += 1;
    return await this.ask(as, 'POST', '/user/tokens/named', {
      name: `invitation ${this.#tokenCount}`,
      type: { inviteToken: invitation },
      ...more,
    });
  }

  async invite(as: Person, invitation: Invitation, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const answer = await this.askToInvite(as, invitation, more);
    if (answer.status !== 201) throw new Error(`the invitation was answered ${answer.status} ${JSON.stringify(answer.json)}`);
    return answer.json.token;
  }

  /** A user becomes a member by the invitation of another, with the privileges given or those that come by default. */
  async bringUser(by: Person, who: Person, inventoryId: string, privileges?: readonly string[]): Promise<void> {
    const token = await this.invite(by, { inviteType: 'userJoinAtmInventory', atmInventoryId: inventoryId }, given(privileges));
    await this.make(who, '/user/atm_inventories/join', { token });
  }

  /** A group becomes one; `leader` may let the group join. */
  async bringGroup(by: Person, leader: Person, groupId: string, inventoryId: string, privileges?: readonly string[]): Promise<void> {
    const token = await this.invite(by, { inviteType: 'groupJoinAtmInventory', atmInventoryId: inventoryId }, given(privileges));
    await this.make(leader, `/groups/${groupId}/atm_inventories/join`, { token });
  }

  async bringIntoGroup(by: Person, who: Person, groupId: string): Promise<void> {
    const token = await this.invite(by, { inviteType: 'userJoinGroup', groupId });
    await this.make(who, '/user/groups/join', { token });
  }

  /** `member` is the path of a membership, such as `/atm_inventories/ID/users/ID`. */
  async grant(by: Person, member: string, ...privileges: readonly string[]): Promise<void> {
    await this.change(by, 'PATCH', `${member}/privileges`, { grant: privileges });
  }

  async revoke(by: Person, member: string, ...privileges: readonly string[]): Promise<void> {
    await this.change(by, 'PATCH', `${member}/privileges`, { revoke: privileges });
  }

  /** Ids of the inventories that the person sees. */
  async inventoriesOf(person: Person): Promise<readonly string[]> {
    return (await this.get(person, '/user/effective_atm_inventories')).atm_inventories;
  }

  async #succeed(as: Person, method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.ask(as, method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} was answered ${answer.status} ${JSON.stringify(answer.json)}`);
    return answer;
  }
}

function given(privileges: readonly string[] | undefined): Readonly<Record<string, unknown>> {
  return privileges === undefined ? {} : { privileges };
}
