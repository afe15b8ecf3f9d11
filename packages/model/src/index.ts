export * from './errors/result.ts';
export { errorCatalogue, errorDefinition, isErrorId } from './errors/catalogue.ts';
export type { BadDataDetails, ErrorDetails, ErrorId } from './errors/catalogue.ts';
export { httpStatusOf, isErrorObject, makeError, posixError } from './errors/make-error.ts';
export * from './execution/document.ts';
export type * from './schema/lambda.ts';
export type * from './schema/workflow.ts';
export type * from './data/data-spec.ts';
export * from './execution/messages.ts';
export { commandKinds, commandRefusal, commandTable } from './execution/commands.ts';
export type { CommandKind, CommandOutcome } from './execution/commands.ts';
export { checkInvariants } from './execution/invariants.ts';
export { lanePrefix, laneRunPrefix, selectorOf, severities, severityNumber, taskPrefix, workflowEntry } from './execution/log-entries.ts';
export type { LaneRunName } from './execution/log-entries.ts';
export { newExecution } from './execution/new-execution.ts';
export type { NewExecution, Scheduled } from './execution/new-execution.ts';
export { isTaskFinal, isTerminal, phaseOf, phaseTimestamp, runFlags, taskPhaseOf } from './execution/phases.ts';
export type { RunFlags, TaskPhase } from './execution/phases.ts';
export { stopRules } from './execution/reasons.ts';
export type { StopRules } from './execution/reasons.ts';
export { reduce } from './execution/reduce.ts';
export type { Now } from './execution/reduce.ts';
export { executionTransitions, isLegal, laneRunTransitions, taskTransitions } from './execution/tables.ts';
export type { Exit, TransitionTable } from './execution/tables.ts';
export {
  canonicalFileAttributeList,
  canonicalFileAttributes,
  fileAttributes,
  groupAttributes,
  isFileAttribute,
} from './data/attributes.ts';
export { checkItems, checkValue, constraintError, matchesName, typeError } from './data/check-value.ts';
export type { ReferenceCheck, ReferenceSpec } from './data/check-value.ts';
export { newId, secondsOf } from './data/ids.ts';
export type { RandomSource } from './data/ids.ts';
export { queryItem } from './data/item-query.ts';
export { canonicalJson, isJsonObject, jsonValueProblem, ownValue, parseJson } from './data/json.ts';
export type { JsonLimits, JsonObject, JsonOutcome, JsonValueProblem } from './data/json.ts';
export { isMeasurement, isOfType, isRangeValue } from './data/membership.ts';
export type { Measurement, RangeValue } from './data/membership.ts';
export { characterCount, fullNameLike, isColumnText, isEntityName, isFullName } from './data/names.ts';
export { checkPredefinedValue } from './data/predefined-value.ts';
export {
  anyField,
  booleanField,
  checkedField,
  convertedField,
  enumField,
  integerField,
  objectField,
  textField,
  textListField,
} from './requests/fields.ts';
export type { Field, IntegerLimits, Service } from './requests/fields.ts';
export { labelFilterField, labelsField } from './requests/labels.ts';
export type { Labels } from './requests/labels.ts';
export { sanitise } from './requests/sanitise.ts';
export type { RequestRules, Sanitised } from './requests/sanitise.ts';
export { lambdaChecksumText } from './schema/checksum.ts';
export type { Encoding } from './schema/decode/cursor.ts';
export { decodeLambdaRevision, defaultDescription, defaultSummary, lifecycleStates } from './schema/decode/lambda.ts';
export { storeTypes } from './schema/decode/stores.ts';
export { decodeWorkflowSchemaRevision } from './schema/decode/workflow.ts';
export {
  decodeLambdaDump,
  decodeLambdaRevisionDump,
  decodeWorkflowDump,
  decodeWorkflowRevisionDump,
  encodingOf,
  entityNameField,
  formatVersionField,
  lambdaDump,
  lambdaRevisionDump,
  summaryField,
  supplementaryError,
  supplementaryLambda,
  workflowDump,
  workflowRevisionDump,
} from './schema/dump.ts';
export type { LambdaDump, NumberSource, RevisionDump, WorkflowDump, WorkflowRevisionDump } from './schema/dump.ts';
export { persistedDataSpec, persistedLambdaRevision, persistedWorkflowSchemaRevision } from './schema/encode/persisted.ts';
export { currentTaskAuditLogId, currentTaskTimeSeriesId, reservedStoreIds, workflowAuditLogId } from './schema/special-stores.ts';
export { emptyPartOf } from './schema/validate/emptiness.ts';
export { validateLambdaRevision } from './schema/validate/lambda.ts';
export { tasksOf, validateWorkflowSchemaRevision } from './schema/validate/workflow.ts';
export type { LambdaLookup } from './schema/validate/workflow.ts';
export { normaliseLogItem, passesLogLevel, planLogUpdate } from './stores/audit-log.ts';
export type { LogItem, LogUpdate, Severity } from './stores/audit-log.ts';
export { browseOptions } from './stores/browse-options.ts';
export type { BrowsableStoreType, BrowseOptions, ListingOptions, LogListingOptions, SliceOptions } from './stores/browse-options.ts';
export { lineageOption } from './stores/lineage.ts';
export type { Lineage } from './stores/lineage.ts';
export { backwardWindow, forwardWindow } from './stores/listing.ts';
export type { ListingStart, ListingWindow } from './stores/listing.ts';
export { measurementsOf, planDispatch } from './stores/time-series-dispatch.ts';
export type { DispatchedPoint, DispatchPlan } from './stores/time-series-dispatch.ts';
export { targetSeriesName } from './stores/time-series-names.ts';
export { checkExactSeries, checkSeries, maxMetricCount, resolveLayout, windowStart } from './stores/time-series-windows.ts';
export type { SeriesLayout } from './stores/time-series-windows.ts';
