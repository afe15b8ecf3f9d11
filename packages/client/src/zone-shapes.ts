/** What the registry answers and takes: spaces, users, groups, inventories and what is in them (rest §8). Times are seconds. */
import type { LambdaRevision, LifecycleState, WorkflowSchemaRevision } from '@laneway/model';

interface Made {
  readonly creator: { readonly type: string; readonly id: string };
  readonly creationTime: number;
}

/** What people read about a space. */
interface SpaceTexts {
  readonly description: string;
  readonly organizationName: string;
  readonly tags: readonly string[];
  readonly advertisedInMarketplace: boolean;
  readonly marketplaceContactEmail: string;
}

export interface Space extends SpaceTexts, Made {
  readonly spaceId: string;
  readonly name: string;
  /** Directory on the server (extension; shown to administrators). */
  readonly path?: string;
  readonly readonly?: boolean;
}

export interface NewSpace extends Partial<SpaceTexts> {
  readonly name: string;
  /** Extensions: an absolute directory on the server, and whether lambdas may only read it. */
  readonly path?: string;
  readonly readonly?: boolean;
  /** Text that decides the id. */
  readonly idGeneratorSeed?: string;
}

export type SpaceChange = Partial<SpaceTexts & { readonly name: string }>;

/** A space with its root directory. */
export interface ProviderSpace {
  readonly spaceId: string;
  readonly name: string;
  readonly fileId: string;
  readonly dirId: string;
  readonly providers: readonly { readonly providerId: string; readonly providerName: string }[];
}

export interface Inventory extends Made {
  readonly atmInventoryId: string;
  readonly name: string;
}

export interface GroupDetails extends Made {
  readonly groupId: string;
  readonly name: string;
  readonly type: string;
}

export interface User {
  readonly userId: string;
  readonly fullName: string;
  readonly username: string | null;
  readonly emails: readonly string[];
  readonly linkedAccounts: readonly { readonly idp: string; readonly subjectId: string; readonly emails: readonly string[] }[];
  readonly basicAuthEnabled: boolean;
  readonly blocked: boolean;
  readonly creationTime: number;
}

export interface WorkflowSchema extends Made {
  readonly atmWorkflowSchemaId: string;
  readonly name: string;
  readonly summary: string;
  readonly originalAtmWorkflowSchemaId: string | null;
  readonly atmInventoryId: string;
  readonly atmLambdas: readonly string[];
  /** Revision number (decimal text) → revision. */
  readonly revisionRegistry: Readonly<Record<string, WorkflowSchemaRevision>>;
}

/** A dump of a workflow schema (rest §8.4), as far as the client looks into it. */
export interface WorkflowDump {
  readonly name: string;
  readonly summary?: string;
  readonly originalAtmWorkflowSchemaId?: string | null;
  readonly revision: WorkflowRevisionDump;
  readonly [key: string]: unknown;
}

/** With `schemaFormatVersion` 3 the revision is in persistent encoding, with 2 or none it is plain JSON (rest R128). */
export interface WorkflowRevisionDump {
  readonly originalRevisionNumber: number;
  readonly schemaFormatVersion?: number;
  readonly atmWorkflowSchemaRevision: unknown;
  readonly supplementaryAtmLambdas?: unknown;
}

export interface Lambda extends Made {
  readonly atmLambdaId: string;
  /** Revision number (decimal text) → revision. */
  readonly revisionRegistry: Readonly<Record<string, LambdaRevision>>;
}

/** A dump of a lambda (rest §8.4), as far as the client looks into it. */
export interface LambdaDump {
  readonly originalAtmLambdaId?: string | null;
  readonly revision: LambdaRevisionDump;
  readonly [key: string]: unknown;
}

export interface LambdaRevisionDump {
  readonly originalRevisionNumber: number;
  readonly schemaFormatVersion?: number;
  readonly atmLambdaRevision: unknown;
}

/** `draft`, `stable` or `deprecated`; it says what a revision is good for and keeps nothing from running. */
export type RevisionState = LifecycleState;
