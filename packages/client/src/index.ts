export { LanewayClient } from './laneway-client.ts';
export { ApiError, UnreachableError } from './errors.ts';
export { gather } from './gather.ts';
export type { ClientOptions } from './transport.ts';
export type { ChangeQuery, ChangeRecord } from './audit.ts';
export type { DatasetDetails } from './datasets.ts';
export type { NewToken, TokenDetails, TokenOwner } from './tokens.ts';
export type { TokenVerdict } from './token-verification.ts';
export type { DumpedEntry, StoreDump } from './store-dump.ts';
export type { Upload } from './uploads.ts';
export type { Belonger, Container, ContainerDetails, ContainerKind, Founder, Member, MemberReach } from './containers.ts';
export type { MemberDetails, PrivilegeChange } from './members.ts';
export type { PrivilegeHolder } from './zone-privileges.ts';
export type {
  GroupDetails,
  Inventory,
  Lambda,
  LambdaDump,
  LambdaRevisionDump,
  NewSpace,
  ProviderSpace,
  RevisionState,
  Space,
  SpaceChange,
  User,
  WorkflowDump,
  WorkflowRevisionDump,
  WorkflowSchema,
} from './zone-shapes.ts';
export type { ChangeEvent, ExecutionMessage, FollowOptions } from './execution-events.ts';
export type {
  AvailableLambda,
  BlockerDetails,
  ExecutionDetails,
  ExecutionSchemaDetails,
  FileEntry,
  LambdaCatalogue,
  LaneRunDetails,
  LaneRunReceiptDetails,
  LaneRunSelector,
  LogEntry,
  ReceiptDetails,
  StoreEntry,
  TaskDetails,
  TaskReceiptDetails,
} from './shapes.ts';
export type {
  BulkJob,
  BulkOperation,
  BulkRequest,
  BulkResultPage,
  ExecutionFilter,
  ExecutionSummary,
  PodDetails,
  SummaryPage,
} from './extension-shapes.ts';
