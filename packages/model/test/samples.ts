/** Smallest revisions that decode; tests change single fields of them. */
export const resources = {
  cpuRequested: 0.1,
  cpuLimit: null,
  memoryRequested: 1,
  memoryLimit: null,
  ephemeralStorageRequested: 1,
  ephemeralStorageLimit: null,
};

export function lambdaJson(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    name: 'count-lines',
    operationSpec: { engine: 'openfaas', dockerImage: 'example/count:1' },
    argumentSpecs: [],
    resultSpecs: [],
    preferredBatchSize: 10,
    resourceSpec: resources,
    state: 'stable',
    ...changes,
  };
}

export function parameterJson(name: string, dataSpec: unknown, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { name, dataSpec, isOptional: false, defaultValue: null, ...changes };
}

export function storeJson(id: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id,
    name: id,
    description: '',
    type: 'list',
    config: { itemDataSpec: { type: 'number' } },
    requiresInitialContent: false,
    defaultInitialContent: null,
    ...changes,
  };
}

export function taskJson(id: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { id, name: id, lambdaId: 'l', lambdaRevisionNumber: 1, argumentMappings: [], resultMappings: [], ...changes };
}

export function laneJson(id: string, tasks: readonly unknown[], changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id,
    name: id,
    parallelBoxes: [{ id: `${id}-box`, name: 'box', tasks }],
    storeIteratorSpec: { storeSchemaId: 'in', maxBatchSize: 10 },
    maxRetries: 0,
    ...changes,
  };
}

export function workflowJson(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { stores: [storeJson('in')], lanes: [laneJson('lane', [taskJson('t')])], state: 'draft', ...changes };
}
