import { zone, type Member, type MemberReach } from './containers.ts';
import type { PrivilegeChange } from './members.ts';
import { idPath, type Transport } from './transport.ts';

/** Whose privileges: the caller's, or those of a user or group. */
export type PrivilegeHolder = 'self' | Member;

/** Privileges over the whole server, whose names begin with `oz_` (rest §8.7). */
export class ZonePrivilegesApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The sets that there are, `viewer` and `admin`; the latter has all privileges. Anybody may ask. */
  async sets(): Promise<Readonly<Record<string, readonly string[]>>> {
    return await this.#transport.json('GET', `${zone}/privileges`);
  }

  /** As granted, or also those through groups. Those of others take `oz_view_privileges` to see. */
  async of(holder: PrivilegeHolder, reach: MemberReach = 'direct'): Promise<readonly string[]> {
    const path = `${pathOf(holder)}/${reach === 'direct' ? '' : 'effective_'}privileges`;
    return (await this.#transport.json<{ readonly privileges: readonly string[] }>('GET', path)).privileges;
  }

  /** It needs `oz_set_privileges`; `badValueNotAllowed` for privileges that there are not. */
  async change(holder: PrivilegeHolder, change: PrivilegeChange): Promise<void> {
    await this.#transport.call('PATCH', `${pathOf(holder)}/privileges`, { body: change });
  }

  /** Revokes all that were granted; those through groups stay. */
  async revokeAll(holder: PrivilegeHolder): Promise<void> {
    await this.#transport.call('DELETE', `${pathOf(holder)}/privileges`);
  }
}

function pathOf(holder: PrivilegeHolder): string {
  return holder === 'self' ? `${zone}/user` : zone + idPath`/${`${holder.type}s`}/${holder.id}`;
}
