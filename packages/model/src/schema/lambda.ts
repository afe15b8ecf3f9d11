import type { DataSpec } from '../data/data-spec.ts';

export interface DockerExecutionOptions {
  readonly readonly: boolean;
  readonly mountOneclient: boolean;
  readonly oneclientMountPoint: string;
  readonly oneclientOptions: string;
}

export type OperationSpec =
  | { readonly engine: 'openfaas'; readonly dockerImage: string; readonly dockerExecutionOptions: DockerExecutionOptions }
  | { readonly engine: 'onedataFunction'; readonly functionId: string }
  | { readonly engine: 'atmWorkflow'; readonly atmWorkflowId: string }
  | { readonly engine: 'userForm'; readonly userFormId: string };

/** A config parameter or an argument of a lambda (schemas §4.4). */
export interface ParameterSpec {
  readonly name: string;
  readonly dataSpec: DataSpec;
  readonly isOptional: boolean;
  /** null = no default. */
  readonly defaultValue: unknown;
}

export type RelayMethod = 'returnValue' | 'filePipe';

export interface ResultSpec {
  readonly name: string;
  readonly dataSpec: DataSpec;
  readonly relayMethod: RelayMethod;
}

export interface ResourceSpec {
  readonly cpuRequested: number;
  readonly cpuLimit: number | null;
  readonly memoryRequested: number;
  readonly memoryLimit: number | null;
  readonly ephemeralStorageRequested: number;
  readonly ephemeralStorageLimit: number | null;
}

export type LifecycleState = 'draft' | 'stable' | 'deprecated';

/** One revision of a lambda in plain form (schemas §4.2), defaults filled in. */
export interface LambdaRevision {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly operationSpec: OperationSpec;
  readonly configParameterSpecs: readonly ParameterSpec[];
  readonly argumentSpecs: readonly ParameterSpec[];
  readonly resultSpecs: readonly ResultSpec[];
  readonly preferredBatchSize: number;
  readonly resourceSpec: ResourceSpec;
  readonly state: LifecycleState;
}
