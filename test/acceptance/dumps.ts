/** Workflow dumps of the tests: the real ones, changed where a test needs it, and small ones of their own. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowDump } from '@laneway/client';
import { referenceWorkflows } from '../support/reference.ts';
import { newDirectory } from './support.ts';

export function referenceDump(name: string): string {
  return join(referenceWorkflows, `${name}.json`);
}

/** A dump of the scenarios: a real one, or an equivalent of our own where there is none. */
export function scenarioDump(name: string): WorkflowDump {
  const own = join(import.meta.dirname, 'workflows', `${name}.json`);
  return JSON.parse(readFileSync(existsSync(own) ? own : referenceDump(name), 'utf8')) as WorkflowDump;
}

/** A dump in plain form as far as tests change it. */
export interface PlainDump {
  name: string;
  originalAtmWorkflowSchemaId?: string | null;
  revision: {
    originalRevisionNumber: number;
    atmWorkflowSchemaRevision: {
      stores: {
        id: string;
        name: string;
        type: string;
        config: unknown;
        requiresInitialContent: boolean;
        defaultInitialContent: unknown;
      }[];
      lanes: {
        name: string;
        maxRetries?: number;
        instantFailureExceptionThreshold?: number;
        storeIteratorSpec: { storeSchemaId: string; maxBatchSize: number };
        parallelBoxes: {
          tasks: PlainTask[];
        }[];
      }[];
    };
    supplementaryAtmLambdas: Record<string, Record<string, { revision: { atmLambdaRevision: Record<string, unknown> } }>>;
  };
}

export interface PlainTask {
  id: string;
  name: string;
  lambdaId: string;
  lambdaRevisionNumber: number;
  lambdaConfig: Record<string, unknown>;
  resultMappings: { resultName: string; storeSchemaId: string; storeContentUpdateOptions: unknown }[];
  timeSeriesStoreConfig: unknown;
}

/** A real dump with its records unwrapped where a test changes it, as a file that `laneway run` reads. */
export function changedDump(name: string, change: (dump: PlainDump) => void): WorkflowDump {
  const dump = plainDump(scenarioDump(name));
  // Unwrapped records are those of format 2, whose data specs are also read in their flat form.
  setFormat(dump, 2);
  dump.originalAtmWorkflowSchemaId = `changed-${name}-${counter++}`;
  change(dump);
  return dump as unknown as WorkflowDump;
}

let counter = 0;

/** A copy of a dump with its records unwrapped: what it says of stores, lanes and tasks in either format. */
export function plainDump(dump: WorkflowDump): PlainDump {
  return plain(dump) as PlainDump;
}

export function writeDump(dump: unknown): string {
  const file = join(newDirectory('dump'), 'workflow.json');
  writeFileSync(file, typeof dump === 'string' ? dump : JSON.stringify(dump));
  return file;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const { _version: version, _data: data, ...rest } = value as Record<string, unknown>;
  if (typeof version === 'number' && typeof data === 'object') return { ...rest, ...(plain(data) as object) };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function setFormat(value: unknown, version: number): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'schemaFormatVersion') (value as Record<string, unknown>)[key] = version;
    else setFormat(inner, version);
  }
}

const resources = {
  cpuRequested: 0.1,
  cpuLimit: null,
  memoryRequested: 1,
  memoryLimit: null,
  ephemeralStorageRequested: 1,
  ephemeralStorageLimit: null,
};
const object = { type: 'object' };

export interface SmallWorkflow {
  readonly image: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Lanes of boxes of task names; all run the same lambda on the store `input`. */
  readonly lanes?: readonly (readonly (readonly string[])[])[];
  readonly batchSize?: number;
  readonly maxRetries?: number;
  readonly threshold?: number;
  /** Type of the items (default: object). */
  readonly itemType?: 'object' | 'number';
  /** Whether the result `value` comes by value or through the file of its name. */
  readonly relayMethod?: 'returnValue' | 'filePipe';
}

/** `input` list → every task → `output` list; argument and result are both called `value`. */
export function smallWorkflow(workflow: SmallWorkflow): WorkflowDump {
  const itemDataSpec = workflow.itemType === 'number' ? { type: 'number', integersOnly: false, allowedValues: null } : object;
  const store = { description: '', type: 'list', config: { itemDataSpec }, defaultInitialContent: null };
  const config = workflow.config ?? {};
  const specs = Object.entries(config).map(([name, value]) => ({
    name,
    isOptional: true,
    defaultValue: null,
    dataSpec:
      typeof value === 'number' ? { type: 'number', integersOnly: false, allowedValues: null } : { type: 'string', allowedValues: null },
  }));
  const lambda = {
    name: 'lambda',
    summary: '',
    description: '',
    operationSpec: {
      engine: 'openfaas',
      dockerImage: workflow.image,
      dockerExecutionOptions: { readonly: false, mountOneclient: false, oneclientMountPoint: '/mnt/onedata', oneclientOptions: '' },
    },
    configParameterSpecs: specs,
    argumentSpecs: [{ name: 'value', dataSpec: itemDataSpec, isOptional: false, defaultValue: null }],
    resultSpecs: [{ name: 'value', dataSpec: itemDataSpec, relayMethod: workflow.relayMethod ?? 'returnValue' }],
    preferredBatchSize: 1000,
    resourceSpec: resources,
    state: 'stable',
  };
  const lanes = (workflow.lanes ?? [[['task']]]).map((boxes, lane) => ({
    id: `lane${lane}`,
    name: `lane ${lane + 1}`,
    parallelBoxes: boxes.map((tasks, box) => ({
      id: `box${lane}.${box}`,
      name: 'box',
      tasks: tasks.map((name, task) => ({
        id: `task${lane}.${box}.${task}`,
        name,
        lambdaId: 'lambda',
        lambdaRevisionNumber: 1,
        lambdaConfig: config,
        argumentMappings: [{ argumentName: 'value', valueBuilder: { valueBuilderType: 'iteratedItem', valueBuilderRecipe: null } }],
        resultMappings: [
          {
            resultName: 'value',
            storeSchemaId: 'output',
            storeContentUpdateOptions: { type: 'listStoreContentUpdateOptions', function: 'append' },
          },
        ],
        resourceSpecOverride: null,
        timeSeriesStoreConfig: null,
      })),
    })),
    storeIteratorSpec: { storeSchemaId: 'input', maxBatchSize: workflow.batchSize ?? 10 },
    maxRetries: workflow.maxRetries ?? 0,
    instantFailureExceptionThreshold: workflow.threshold ?? 1,
    dashboardSpec: null,
  }));
  const format = { schemaFormatVersion: 2, originalRevisionNumber: 1 };
  return {
    schemaFormatVersion: 2,
    originalAtmWorkflowSchemaId: `small-${counter++}`,
    name: 'small workflow',
    summary: '',
    revision: {
      ...format,
      atmWorkflowSchemaRevision: {
        description: '',
        stores: [
          { ...store, id: 'input', name: 'input', requiresInitialContent: true },
          { ...store, id: 'output', name: 'output', requiresInitialContent: false },
        ],
        lanes,
        state: 'stable',
        dashboardSpec: null,
      },
      supplementaryAtmLambdas: {
        lambda: { 1: { schemaFormatVersion: 2, originalAtmLambdaId: 'lambda', revision: { ...format, atmLambdaRevision: lambda } } },
      },
    },
  };
}
