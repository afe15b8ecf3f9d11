/**
 * Users, tokens, memberships, inventories, lambdas and workflow schemas. Who may do what is decided by the
 * caller, except for the linking of lambdas during an import, which is part of its transaction.
 */
import {
  makeError,
  newId,
  ok,
  refuse,
  type ErrorObject,
  type LambdaRevision,
  type LifecycleState,
  type Result,
  type SessionToken,
} from '@laneway/model';
import type { Database } from '../persistence/sql.ts';
import * as lambdas from '../persistence/sql/registry-lambdas.ts';
import * as inventories from '../persistence/sql/registry-inventories.ts';
import { insertKnownMember, type PrivilegeChange } from '../persistence/sql/memberships.ts';
import { memberSpacesCalled } from '../persistence/sql/effective-memberships.ts';
import * as schemas from '../persistence/sql/registry-schemas.ts';
import { readCredentials, renewTemporaryTokens, sessionStanding } from '../persistence/sql/credentials.ts';
import * as namedTokens from '../persistence/sql/registry-tokens.ts';
import * as users from '../persistence/sql/registry-users.ts';
import { Audit } from './audit.ts';
import { changeZonePrivileges, getZonePrivileges, type ZonePrivileges } from '../persistence/sql/zone-privileges.ts';
import { Groups } from './groups.ts';
import { newSecret } from './ids.ts';
import { Memberships } from './memberships.ts';
import { inventoryPrivileges, zonePrivileges } from './privileges.ts';
import { Invites } from './invites.ts';
import { LinkedAccounts } from './linked-accounts.ts';
import { Passwords, usableHash } from './passwords.ts';
import { Sessions, type SessionLimits } from './sessions.ts';
import type { TokenSubject } from './token-text.ts';
import type { TokenTypeText } from './token-types.ts';
import { Tokens } from './tokens.ts';
import type {
  Account,
  EffectiveMembership,
  Inventory,
  InventoryMembership,
  Lambda,
  MemberRef,
  NamedToken,
  SpaceMembership,
  WorkflowSchema,
} from './types.ts';

export interface NewUser {
  readonly fullName: string;
  readonly username: string | null;
  readonly privileges: readonly string[];
  /** It logs in with the username. */
  readonly password?: string;
}

export interface TokenRequest {
  readonly name: string;
  readonly type: TokenTypeText;
  /** Checked caveats as JSON. */
  readonly caveats: readonly unknown[];
  readonly customMetadata: unknown;
  readonly revoked: boolean;
  /** Of an invite token; absent or null = any number of times. */
  readonly usageLimit?: number | null;
  /** That an invite token gives; absent or null = those of a member. */
  readonly privileges?: readonly string[] | null;
}

export class Registry {
  readonly tokens: Tokens;
  readonly invites: Invites;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly linkedAccounts: LinkedAccounts;
  readonly audit: Audit;
  readonly members: Memberships;
  readonly groups: Groups;
  readonly #database: Database;

  /** `zoneDomain`: the domain written into new tokens. */
  constructor(database: Database, zoneDomain: string) {
    this.#database = database;
    this.tokens = new Tokens(database, zoneDomain);
    this.invites = new Invites(database, this.tokens);
    this.passwords = new Passwords(database);
    this.sessions = new Sessions(database);
    this.linkedAccounts = new LinkedAccounts(database);
    this.audit = new Audit(database);
    this.members = new Memberships(database);
    this.groups = new Groups(database);
  }

  /** The identity of this installation as a provider; made at the first start. */
  async providerId(): Promise<string> {
    await this.#database.call(users.ensureSetting, { name: 'providerTokenSecret', candidate: newSecret() });
    return await this.#database.call(users.ensureSetting, { name: 'providerId', candidate: newId() });
  }

  /** In a database without any account: an administrator and the text of its token; otherwise null. */
  async createFirstAdministrator(): Promise<{ readonly userId: string; readonly token: string } | null> {
    const account = {
      id: newId(),
      fullName: 'Administrator',
      username: 'admin',
      privileges: zonePrivileges.admin,
      tokenSecret: newSecret(),
    };
    const token = newToken(account.id, { name: 'first start', type: 'act', caveats: [], customMetadata: {}, revoked: false });
    const created = await this.#database.call(users.createFirstAccount, { account, token });
    return created ? { userId: account.id, token: this.tokens.namedTokenText(issued(token)) } : null;
  }

  /** `badValueIdentifierOccupied` when the username is taken, `badValuePassword` for one that is too short (rest R109). */
  async createUser({ password, ...user }: NewUser): Promise<Result<{ readonly userId: string }>> {
    const id = newId();
    const hash = password === undefined ? null : await usableHash(password);
    if (hash?.ok === false) return hash;
    const login = hash === null ? {} : { passwordHash: hash.value };
    const created = await this.#database.call(users.createAccount, { ...user, ...login, id, tokenSecret: newSecret() });
    return created ? ok({ userId: id }) : refuse(makeError('badValueIdentifierOccupied', { key: 'username' }));
  }

  async user(userId: string): Promise<Account | null> {
    return await this.#database.call(users.getAccount, { userId });
  }

  async users(): Promise<readonly string[]> {
    return await this.#database.call(users.listAccounts, null);
  }

  /** null = stays as it is; `badValueIdentifierOccupied` when the username is taken. */
  async updateUser(userId: string, change: Omit<users.AccountChange, 'userId'>): Promise<Result<null>> {
    const changed = await this.#database.call(users.updateAccount, { userId, ...change });
    return changed ? ok(null) : refuse(makeError('badValueIdentifierOccupied', { key: 'username' }));
  }

  /** Zone-wide privileges of a user or group; null when there is none. */
  async zonePrivileges(holder: MemberRef): Promise<ZonePrivileges | null> {
    return await this.#database.call(getZonePrivileges, holder);
  }

  async changeZonePrivileges(holder: MemberRef, change: PrivilegeChange): Promise<users.AccessChange> {
    return await this.#database.call(changeZonePrivileges, { holder, ...change });
  }

  async setBlocked(userId: string, blocked: boolean): Promise<users.AccessChange> {
    return await this.#database.call(users.setBlocked, { userId, blocked });
  }

  /** Deletes the account, its tokens and memberships; refuses what would leave a space or the installation ownerless. */
  async deleteUser(userId: string): Promise<users.AccountDeletion> {
    return await this.#database.call(users.deleteAccount, { userId });
  }

  /** `badValueIdentifierOccupied` when the user has a token of this name (rest R131). */
  async createNamedToken(
    subjectId: string,
    request: TokenRequest,
    subjectType: TokenSubject['type'] = 'user',
  ): Promise<Result<{ readonly tokenId: string; readonly token: string }>> {
    const token = newToken(subjectId, request);
    const created = await this.#database.call(namedTokens.createNamedToken, token);
    if (!created) return refuse(makeError('badValueIdentifierOccupied', { key: 'name' }));
    return ok({ tokenId: token.id, token: this.tokens.namedTokenText(issued(token), subjectType) });
  }

  async namedToken(tokenId: string): Promise<NamedToken | null> {
    return await this.#database.call(namedTokens.getNamedToken, { tokenId });
  }

  async namedTokenByName(userId: string, name: string): Promise<NamedToken | null> {
    return await this.#database.call(namedTokens.findNamedToken, { userId, name });
  }

  /** Of one subject, or of all when it is null. */
  async namedTokens(userId: string | null): Promise<readonly string[]> {
    return await this.#database.call(namedTokens.listNamedTokens, { userId });
  }

  /** The named tokens of a subject themselves. */
  async namedTokensOf(userId: string): Promise<readonly NamedToken[]> {
    return await this.#database.call(namedTokens.readNamedTokens, { userId });
  }

  async updateNamedToken(
    tokenId: string,
    change: { readonly name: string | null; readonly revoked: boolean | null; readonly customMetadata: unknown },
  ): Promise<namedTokens.TokenChange> {
    const metadata = change.customMetadata === undefined ? null : JSON.stringify(change.customMetadata);
    return await this.#database.call(namedTokens.updateNamedToken, { tokenId, name: change.name, revoked: change.revoked, metadata });
  }

  async deleteNamedToken(tokenId: string): Promise<boolean> {
    return await this.#database.call(namedTokens.deleteNamedToken, { tokenId });
  }

  async deleteNamedTokens(userId: string): Promise<void> {
    await this.#database.call(namedTokens.deleteNamedTokens, { userId });
  }

  async temporaryTokenGeneration(userId: string): Promise<number> {
    return (await this.#database.call(readCredentials, { tokenId: null, subject: { type: 'user', id: userId } })).generation;
  }

  async revokeTemporaryTokens(userId: string): Promise<void> {
    await this.#database.call(renewTemporaryTokens, { userId, secret: newSecret() });
  }

  /** Why nobody is worked for any more who let an execution run with these credentials, or null (execution §15.1). */
  async sessionError(userId: string, token: SessionToken | null): Promise<ErrorObject | null> {
    const standing = await this.#database.call(sessionStanding, { userId, token });
    return standing === 'good' ? null : makeError(sessionErrors[standing]);
  }

  /** Whether the session of a browser is not over, nor its user or token gone. */
  async isSessionGood(sessionId: string, limits: SessionLimits): Promise<boolean> {
    const owner = await this.sessions.owner(sessionId, limits);
    return owner !== null && (await this.sessionError(owner.userId, owner.token)) === null;
  }

  /** What the user is in the space, also through groups (rest R99). */
  async spaceMember(spaceId: string, userId: string): Promise<SpaceMembership | null> {
    const membership = await this.members.effective({ type: 'space', id: spaceId }, { type: 'user', id: userId });
    return membership === null ? null : { spaceId, userId, privileges: membership.privileges, owner: membership.owner };
  }

  /** All spaces of the user, also those through groups. */
  async spacesOf(userId: string): Promise<readonly SpaceMembership[]> {
    const spaces = await this.members.effectiveContainersOf({ type: 'user', id: userId }, 'space');
    return spaces.map(({ containerId, privileges, owner }) => ({ spaceId: containerId, userId, privileges, owner }));
  }

  /** Ids of those of the user's spaces that have this name or id. */
  async spacesCalled(userId: string, nameOrId: string): Promise<readonly string[]> {
    return await this.#database.call(memberSpacesCalled, { userId, nameOrId });
  }

  /** For callers who know that both exist. False when the user is a member already. */
  async addSpaceMember({ spaceId, userId, privileges, owner }: SpaceMembership): Promise<boolean> {
    const [container, member] = [{ type: 'space', id: spaceId } as const, { type: 'user', id: userId } as const];
    return await this.#database.call(insertKnownMember, { container, member, privileges, owner });
  }

  /** null when the creator is to be a member, and gone. */
  async createInventory(request: {
    readonly name: string;
    readonly creatorId: string;
    readonly withMembership: boolean;
  }): Promise<string | null> {
    const id = newId();
    const creatorPrivileges = request.withMembership ? inventoryPrivileges.admin : null;
    const { name, creatorId } = request;
    const created = await this.#database.call(inventories.createInventory, { id, name, creatorId, creatorPrivileges, group: null });
    return created ? id : null;
  }

  /** The group gets all privileges (rest §8.1). null when there is no such group any more. */
  async createInventoryOfGroup(request: {
    readonly name: string;
    readonly creatorId: string;
    readonly groupId: string;
  }): Promise<string | null> {
    const id = newId();
    const group = { id: request.groupId, privileges: inventoryPrivileges.admin };
    const { name, creatorId } = request;
    return (await this.#database.call(inventories.createInventory, { id, name, creatorId, creatorPrivileges: null, group })) ? id : null;
  }

  async inventory(inventoryId: string): Promise<Inventory | null> {
    return await this.#database.call(inventories.getInventory, { inventoryId });
  }

  async inventories(): Promise<readonly string[]> {
    return await this.#database.call(inventories.listInventories, null);
  }

  async renameInventory(inventoryId: string, name: string): Promise<boolean> {
    return await this.#database.call(inventories.renameInventory, { inventoryId, name });
  }

  async deleteInventory(inventoryId: string): Promise<boolean> {
    return await this.#database.call(schemas.deleteInventory, { inventoryId });
  }

  /** What the user is in the inventory, also through groups (rest R99). */
  async inventoryMember(inventoryId: string, userId: string): Promise<InventoryMembership | null> {
    const membership = await this.members.effective({ type: 'atm_inventory', id: inventoryId }, { type: 'user', id: userId });
    return membership === null ? null : { inventoryId, userId, privileges: membership.privileges };
  }

  /** For callers who know that both exist. False when the user is a member already. */
  async addInventoryMember({ inventoryId, userId, privileges }: InventoryMembership): Promise<boolean> {
    const [container, member] = [{ type: 'atm_inventory', id: inventoryId } as const, { type: 'user', id: userId } as const];
    return await this.#database.call(insertKnownMember, { container, member, privileges, owner: false });
  }

  /** null when there is no such inventory any more. */
  async createLambda(request: Omit<lambdas.NewLambda, 'id'>): Promise<string | null> {
    const id = newId();
    return (await this.#database.call(lambdas.createLambda, { ...request, id })) ? id : null;
  }

  async lambda(lambdaId: string): Promise<Lambda | null> {
    return await this.#database.call(lambdas.getLambda, { lambdaId });
  }

  async lambdas(): Promise<readonly string[]> {
    return await this.#database.call(lambdas.listLambdas, null);
  }

  async lambdasOfInventory(inventoryId: string): Promise<readonly string[]> {
    return await this.#database.call(lambdas.listLambdasOfInventory, { inventoryId });
  }

  async schemasOfLambda(lambdaId: string): Promise<readonly string[]> {
    return await this.#database.call(lambdas.listSchemasOfLambda, { lambdaId });
  }

  /** What the user is, also through groups, in the inventories that hold the lambda; null for an unknown lambda. */
  async lambdaAccess(lambdaId: string, userId: string): Promise<readonly EffectiveMembership[] | null> {
    return await this.#database.call(lambdas.lambdaAccess, { lambdaId, userId });
  }

  /** Lambda id → revision number → revision; what does not exist is left out. */
  async lambdaRevisions(
    references: readonly { readonly lambdaId: string; readonly revisionNumber: number }[],
  ): Promise<Readonly<Record<string, Readonly<Record<string, LambdaRevision>>>>> {
    return await this.#database.call(lambdas.readLambdaRevisions, { references });
  }

  async addLambdaRevision(lambdaId: string, revisionNumber: number, revision: LambdaRevision): Promise<lambdas.RevisionInsertion> {
    return await this.#database.call(lambdas.addLambdaRevision, { lambdaId, revisionNumber, revision });
  }

  async setLambdaRevisionState(lambdaId: string, revisionNumber: number, state: LifecycleState): Promise<boolean> {
    return await this.#database.call(lambdas.setLambdaRevisionState, { lambdaId, revisionNumber, state });
  }

  async linkLambda(lambdaId: string, inventoryId: string): Promise<lambdas.Linking> {
    return await this.#database.call(lambdas.linkLambda, { lambdaId, inventoryId });
  }

  async unlinkLambda(lambdaId: string, inventoryId: string): Promise<lambdas.Unlinking> {
    return await this.#database.call(lambdas.unlinkLambda, { lambdaId, inventoryId });
  }

  async workflowSchema(schemaId: string): Promise<WorkflowSchema | null> {
    return await this.#database.call(schemas.getWorkflowSchema, { schemaId });
  }

  /** null = of all inventories. */
  async workflowSchemas(inventoryId: string | null): Promise<readonly string[]> {
    return await this.#database.call(schemas.listWorkflowSchemas, { inventoryId });
  }

  /** Creates or changes a workflow schema in one transaction (schemas §11). */
  async importWorkflowSchema(params: schemas.ImportParams): Promise<Result<null>> {
    return await this.#database.call(schemas.importWorkflowSchema, params);
  }

  async deleteWorkflowSchema(schemaId: string): Promise<boolean> {
    return await this.#database.call(schemas.deleteWorkflowSchema, { schemaId });
  }

  async deleteSchemaRevision(schemaId: string, revisionNumber: number): Promise<boolean> {
    return await this.#database.call(schemas.deleteSchemaRevision, { schemaId, revisionNumber });
  }
}

const sessionErrors = {
  tokenGone: 'tokenInvalid',
  tokenRevoked: 'tokenRevoked',
  userGone: 'tokenSubjectInvalid',
  userBlocked: 'userBlocked',
} as const;

function newToken(userId: string, request: TokenRequest): namedTokens.NewNamedToken {
  const { usageLimit = null, privileges = null } = request;
  return { ...request, usageLimit, privileges, id: newId(), userId, secret: newSecret() };
}

/** As it stands in the database, as far as its text goes. */
function issued(token: namedTokens.NewNamedToken): NamedToken {
  const { usageLimit, privileges } = token;
  return { ...token, creationTime: 0, invitation: { usageLimit, usageCount: 0, privileges } };
}
