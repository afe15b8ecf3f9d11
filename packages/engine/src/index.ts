export type * from './engine-api.ts';
export type * from './extensions-api.ts';
export { bulkOperations } from './extensions-api.ts';
export type * from './persistence/sql.ts';
export { defineVerb } from './persistence/sql.ts';
export { openDatabase, type DatabaseLocation } from './persistence/database.ts';
export { readPid, takeDataDirectory, type DataDirectory, type DataDirectoryOutcome } from './persistence/data-directory.ts';
export type * from './lambdas/runtime.ts';
export type * from './files/port.ts';
export {
  createLambdaRuntime,
  type LambdaReport,
  type LambdaRuntimeOptions,
  type ReportingLambdaRuntime,
} from './lambdas/create-lambda-runtime.ts';
export { Registry, type NewUser, type TokenRequest } from './registry/registry.ts';
export type * from './registry/types.ts';
export type { Change } from './registry/audit.ts';
export type { AuditEntry } from './persistence/sql/audit.ts';
export {
  groupPrivileges,
  inventoryPrivileges,
  sortedPrivileges,
  spacePrivileges,
  zonePrivileges,
  type PrivilegeSets,
} from './registry/privileges.ts';
export { apiInterfaces, caveatFits, caveatFromJson, isDataCaveat, type ApiInterface, type Caveat } from './registry/caveats.ts';
export { addressPlace } from './registry/address-place.ts';
export { isForProvidersOnly, kindMayCarry } from './registry/caveat-context.ts';
export { AddressData } from './registry/address-data.ts';
export type { LinkedAccount } from './persistence/sql/linked-accounts.ts';
export { inviteRights } from './registry/invite-rights.ts';
export type { InviteUse, JoiningSubject } from './registry/invites.ts';
export type { LiveSession, SessionLimits } from './registry/sessions.ts';
export { decodeToken, type TokenSubject } from './registry/token-text.ts';
export {
  inviteCodeOf,
  inviteOf,
  inviteTypeText,
  kindOf,
  typeOfText,
  typeTextOf,
  type InviteCode,
  type TokenTypeText,
} from './registry/token-types.ts';
export { confineToken, examineToken } from './registry/token-properties.ts';
export { consumersOf, validUntil, type Presentation, type VerifiedToken } from './registry/tokens.ts';
export { lambdaReferences } from './registry/revision-lambdas.ts';
export type { Space } from './persistence/sql/files.ts';
export type { Dataset, DatasetState } from './persistence/sql/datasets.ts';
export { groupTypes, type Group, type GroupType } from './persistence/sql/groups.ts';
export type { SpaceChange, SpaceDetails } from './persistence/sql/space-details.ts';
export type { DatasetSummary } from './files/datasets.ts';
export { Extensions } from './control/extensions.ts';
export type { StopObserver, StopMoment } from './control/stop-moments.ts';
export type { PodActivity, PodEventPage, PodSummary } from './lambdas/pods.ts';
export { Engine, type EngineOptions } from './engine.ts';
export type { NodeTimings } from './lanes/node.ts';
export { defaultEngineConfig, type EngineConfig } from './config.ts';
export type { JobEnvironment, OpenJob } from './lanes/job-runner.ts';
export type { Logger } from './logger.ts';
export { CallbackNetworks } from './control/callback-networks.ts';
export { silentLogger } from './logger.ts';
export { GatheredBytes } from './gathered-bytes.ts';
export { isFileId } from './files/file-id.ts';
export { Files } from './files/files.ts';
export { Spaces } from './files/spaces.ts';
export { readSupplements, type Supplements } from './registry/schema-decoding.ts';
export { readContent, writeContent, type ByteRange, type Bytes, type ContentOutcome, type FileContent } from './files/content.ts';
export {
  createChild,
  listChildren,
  removeEntry,
  type ChildPage,
  type ListRequest as ChildListRequest,
  type NewChild,
} from './files/children.ts';
