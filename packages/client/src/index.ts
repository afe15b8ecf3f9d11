export { LanewayClient } from './laneway-client.ts';
export { ApiError, UnreachableError } from './errors.ts';
export type { ClientOptions } from './transport.ts';
export type { ChangeQuery, ChangeRecord } from './audit.ts';
export type { DatasetDetails } from './datasets.ts';
export type { TokenDetails } from './tokens.ts';
export type { GroupDetails } from './groups.ts';
export type { DumpedEntry, StoreDump } from './store-dump.ts';
export type { Upload } from './uploads.ts';
export type { Container, Member, MemberReach } from './members.ts';
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
  Space,
  ReceiptDetails,
  StoreEntry,
  TaskDetails,
  TaskReceiptDetails,
  WorkflowDump,
  WorkflowSchema,
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
