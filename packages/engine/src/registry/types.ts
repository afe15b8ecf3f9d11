/** Records of the registry, as its callers see them. Times are seconds. */
import type { LambdaRevision, WorkflowSchemaRevision } from '@laneway/model';
import type { TokenTypeText } from './token-types.ts';

export interface Account {
  readonly id: string;
  readonly fullName: string;
  readonly username: string | null;
  /** Zone-wide `oz_` privileges, as granted to the user. */
  readonly privileges: readonly string[];
  /** The same with those of all groups that the user belongs to (rest R99). */
  readonly effectivePrivileges: readonly string[];
  readonly blocked: boolean;
  /** Whether it may log in with its password. */
  readonly basicAuthEnabled: boolean;
  readonly creationTime: number;
}

export interface NamedToken {
  readonly id: string;
  /** Its subject: a user, or this provider. */
  readonly userId: string;
  readonly name: string;
  readonly type: TokenTypeText;
  /** Caveats as JSON (rest §2.4). */
  readonly caveats: readonly unknown[];
  readonly customMetadata: unknown;
  readonly secret: string;
  readonly revoked: boolean;
  readonly creationTime: number;
  /** What an invite token offers; means nothing for others. */
  readonly invitation: Invitation;
}

export interface Invitation {
  /** null = any number of times. */
  readonly usageLimit: number | null;
  readonly usageCount: number;
  /** Of who joins; null = those of a member. */
  readonly privileges: readonly string[] | null;
}

/** What users and groups can be members of. */
export type ContainerType = 'space' | 'atm_inventory' | 'group';

export interface ContainerRef {
  readonly type: ContainerType;
  readonly id: string;
}

export interface MemberRef {
  readonly type: 'user' | 'group';
  readonly id: string;
}

/** A direct relation. */
export interface Membership {
  readonly container: ContainerRef;
  readonly member: MemberRef;
  /** As granted; an owner has every privilege (rest R98). */
  readonly privileges: readonly string[];
  /** Users in spaces only. */
  readonly owner: boolean;
}

/** What a member is in a container by all direct relations and group paths together (rest R99). */
export interface EffectiveMembership {
  readonly containerId: string;
  /** Their union, sorted; an owner has every privilege (rest R98). */
  readonly privileges: readonly string[];
  readonly owner: boolean;
}

export interface SpaceMembership {
  readonly spaceId: string;
  readonly userId: string;
  readonly privileges: readonly string[];
  readonly owner: boolean;
}

export interface Inventory {
  readonly id: string;
  readonly name: string;
  readonly creatorId: string;
  readonly creationTime: number;
}

export interface InventoryMembership {
  readonly inventoryId: string;
  readonly userId: string;
  readonly privileges: readonly string[];
}

export interface Lambda {
  readonly id: string;
  readonly originalAtmLambdaId: string | null;
  /** Revision number (decimal text) → revision. */
  readonly revisionRegistry: Readonly<Record<string, LambdaRevision>>;
  readonly inventoryIds: readonly string[];
  readonly creatorId: string;
  readonly creationTime: number;
}

export interface WorkflowSchema {
  readonly id: string;
  readonly atmInventoryId: string;
  readonly name: string;
  readonly summary: string;
  readonly originalAtmWorkflowSchemaId: string | null;
  readonly revisionRegistry: Readonly<Record<string, WorkflowSchemaRevision>>;
  /** Sorted ids of the lambdas that the revisions use. */
  readonly atmLambdas: readonly string[];
  readonly creatorId: string;
  readonly creationTime: number;
}
