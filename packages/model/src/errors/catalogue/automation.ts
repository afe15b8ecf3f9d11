import type { ErrorDefinition } from '../definition.ts';

/** Errors of workflows, lambdas, stores and their executions. */
export const automationErrors = {
  atmDataTypeUnverified: {
    httpCode: 400,
    details: { value: 'json', expType: 'string' },
    template: 'A value of type {expType} was needed, and the given one is not.',
  },
  atmDataValueConstraintUnverified: {
    httpCode: 400,
    details: { value: 'json', type: 'string', valueConstraints: 'json' },
    template: 'The value is of type "{type}" but violates these constraints: {valueConstraints}.',
  },
  atmInvalidStatusTransition: {
    httpCode: 400,
    details: { prevStatus: 'string', newStatus: 'string' },
    template: 'Status "{prevStatus}" cannot be changed to "{newStatus}".',
  },
  atmJobBatchCrashed: { httpCode: 500, details: { reason: 'string' }, template: 'The job batch broke down during execution: {reason}.' },
  atmJobBatchWithdrawn: {
    httpCode: 404,
    details: { reason: 'string' },
    template: 'The scheduled job batch was taken back before it completed: {reason}.',
  },
  atmLambdaConfigBadValue: {
    httpCode: 400,
    details: { parameterName: 'string', specificError: 'error' },
    template: 'The lambda config holds an unacceptable value of parameter "{parameterName}": {specificError}',
  },
  atmLaneEmpty: { httpCode: 400, details: { atmLaneSchemaId: 'string' }, template: 'Lane "{atmLaneSchemaId}" has no parallel boxes.' },
  atmLaneExecutionCreationFailed: {
    httpCode: 400,
    details: { atmLaneSchemaId: 'string', specificError: 'error' },
    template: 'Execution of lane "{atmLaneSchemaId}" could not be created: {specificError}',
  },
  atmLaneExecutionInitiationFailed: {
    httpCode: 400,
    details: { atmLaneSchemaId: 'string', specificError: 'error' },
    template: 'Execution of lane "{atmLaneSchemaId}" could not be initiated: {specificError}',
  },
  atmLaneExecutionRerunFailed: {
    httpCode: 400,
    details: {},
    template: 'This lane run cannot be rerun; it has to be finished, failed or cancelled.',
  },
  atmLaneExecutionRetryFailed: {
    httpCode: 400,
    details: {},
    template: 'This lane run cannot be retried; all its items must have been processed and some of them must have failed.',
  },
  atmOpenfaasFunctionRegistrationFailed: { httpCode: 400, details: {}, template: 'OpenFaaS did not register the function.' },
  atmOpenfaasNotConfigured: { httpCode: 400, details: {}, template: 'This Oneprovider has no OpenFaaS service set up.' },
  atmOpenfaasQueryFailed: {
    httpCode: 400,
    details: { reason: 'string?' },
    template: 'A query to OpenFaaS ended with an error: {reason}.',
    whenNull: { reason: 'no further details' },
  },
  atmOpenfaasUnhealthy: { httpCode: 503, details: {}, template: 'OpenFaaS reports that it is not healthy.' },
  atmOpenfaasUnreachable: { httpCode: 400, details: {}, template: 'OpenFaaS does not answer connection attempts.' },
  atmParallelBoxEmpty: {
    httpCode: 400,
    details: { atmParallelBoxSchemaId: 'string' },
    template: 'Parallel box "{atmParallelBoxSchemaId}" has no tasks.',
  },
  atmParallelBoxExecutionCreationFailed: {
    httpCode: 400,
    details: { atmParallelBoxSchemaId: 'string', specificError: 'error' },
    template: 'Execution of parallel box "{atmParallelBoxSchemaId}" could not be created: {specificError}',
  },
  atmParallelBoxExecutionInitiationFailed: {
    httpCode: 400,
    details: { atmParallelBoxSchemaId: 'string', specificError: 'error' },
    template: 'Execution of parallel box "{atmParallelBoxSchemaId}" could not be initiated: {specificError}',
  },
  atmStoreContentNotSet: {
    httpCode: 400,
    details: { atmStoreSchemaId: 'string' },
    template: 'Store with schema id "{atmStoreSchemaId}" holds no content yet.',
  },
  atmStoreCreationFailed: {
    httpCode: 400,
    details: { atmStoreSchemaId: 'string', specificError: 'error' },
    template: 'Store with schema id "{atmStoreSchemaId}" could not be created: {specificError}',
  },
  atmStoreFrozen: {
    httpCode: 403,
    details: { atmStoreSchemaId: 'string' },
    template: 'Store with schema id "{atmStoreSchemaId}" is frozen, so it cannot be modified.',
  },
  atmStoreMissingRequiredInitialContent: {
    httpCode: 400,
    details: {},
    template: 'The store requires initial content, and none was given.',
  },
  atmStoreNotFound: {
    httpCode: 400,
    details: { atmStoreSchemaId: 'string' },
    template: 'There is no store with schema id "{atmStoreSchemaId}".',
  },
  atmStoreTypeDisallowed: {
    httpCode: 400,
    details: { atmStoreSchemaId: 'string', allowed: 'strings' },
    template: 'Store with schema id "{atmStoreSchemaId}" is of a wrong type; permitted ones: {allowed}.',
  },
  atmTaskArgMapperForNonexistentLambdaArg: {
    httpCode: 400,
    details: { argument: 'string' },
    template: 'An argument mapper was given for "{argument}", which the lambda does not declare.',
  },
  atmTaskArgMapperForRequiredLambdaArgMissing: {
    httpCode: 400,
    details: { argument: 'string' },
    template: 'The lambda requires argument "{argument}", but no mapper was given for it.',
  },
  atmTaskArgMapperIteratedItemQueryFailed: {
    httpCode: 400,
    details: { value: 'json', query: 'json' },
    template: 'The iterated item has nothing under the query: {query}.',
  },
  atmTaskArgMapperUnsupportedValueBuilder: {
    httpCode: 400,
    details: { type: 'string', supported: 'strings' },
    template: 'Argument value builder "{type}" cannot be used here; permitted ones: {supported}.',
  },
  atmTaskArgMappingFailed: {
    httpCode: 400,
    details: { argument: 'string', specificError: 'error' },
    template: 'Argument "{argument}" of the task could not be built: {specificError}',
  },
  atmTaskExecutionCreationFailed: {
    httpCode: 400,
    details: { atmTaskSchemaId: 'string', specificError: 'error' },
    template: 'Execution of task "{atmTaskSchemaId}" could not be created: {specificError}',
  },
  atmTaskExecutionInitiationFailed: {
    httpCode: 400,
    details: { atmTaskSchemaId: 'string', specificError: 'error' },
    template: 'Execution of task "{atmTaskSchemaId}" could not be initiated: {specificError}',
  },
  atmTaskExecutionEnded: { httpCode: 400, details: {}, template: 'The task execution is over already.' },
  atmTaskResultDispatchFailed: {
    httpCode: 400,
    details: { atmStoreSchemaId: 'string', specificError: 'error' },
    template: 'The task result could not be put into store "{atmStoreSchemaId}": {specificError}',
  },
  atmTaskResultMappingFailed: {
    httpCode: 400,
    details: { result: 'string', specificError: 'error' },
    template: 'Task result "{result}" could not be mapped: {specificError}',
  },
  atmTaskResultMissing: {
    httpCode: 400,
    details: { missingResultName: 'string', receivedResultNames: 'strings' },
    template: 'The lambda output lacks result "{missingResultName}"; it contains: {receivedResultNames}.',
  },
  atmUnsupportedDataType: {
    httpCode: 400,
    details: { type: 'string', allowed: 'strings' },
    template: 'Data type "{type}" cannot be used here; permitted ones: {allowed}.',
  },
  atmWorkflowEmpty: { httpCode: 400, details: {}, template: 'The workflow has no lanes.' },
  atmWorkflowExecutionEnded: { httpCode: 400, details: {}, template: 'The workflow execution is over already.' },
  atmWorkflowExecutionNotEnded: { httpCode: 400, details: {}, template: 'The workflow execution is not over yet.' },
  atmWorkflowExecutionNotResumable: {
    httpCode: 400,
    details: {},
    template: 'The workflow execution is not in a state from which it could go on.',
  },
  atmWorkflowExecutionNotStopped: { httpCode: 400, details: {}, template: 'The workflow execution has not come to a stop yet.' },
  atmWorkflowExecutionStopped: { httpCode: 400, details: {}, template: 'The workflow execution has come to a stop already.' },
  atmWorkflowExecutionStopping: { httpCode: 400, details: {}, template: 'The workflow execution is being stopped already.' },
  atmLambdaInUse: {
    httpCode: 403,
    details: { atmWorkflowSchemas: 'strings' },
    template: 'The lambda has to stay because these workflow schemas use it: {atmWorkflowSchemas}.',
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;
