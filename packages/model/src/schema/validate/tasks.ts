import { ownValue } from '../../data/json.ts';
import { checkPredefinedValue } from '../../data/predefined-value.ts';
import type { ErrorObject } from '../../errors/result.ts';
import type { LambdaRevision } from '../lambda.ts';
import { currentTaskAuditLogId, currentTaskTimeSeriesId, workflowAuditLogId } from '../special-stores.ts';
import type { TaskSchema } from '../workflow.ts';
import { badData, hasDuplicates, unknownNames } from './problems.ts';

/** Store references of a task, steps 9 and 10 of schemas §10.2. */
export function* storeReferenceProblems(task: TaskSchema, storeIds: ReadonlySet<string>): Generator<ErrorObject | null> {
  for (const { argumentName, valueBuilder } of task.argumentMappings) {
    const { valueBuilderType: type, valueBuilderRecipe: recipe } = valueBuilder;
    if ((type === 'storeCredentials' || type === 'singleValueStoreContent') && !storeIds.has(recipe)) {
      yield badData(`tasks[${task.id}].argumentMappings[${argumentName}].valueBuilder.recipe`, `no store with id "${recipe}" is defined`);
    }
  }
  for (const { resultName, storeSchemaId } of task.resultMappings) {
    const key = `tasks[${task.id}].resultMappings[${resultName}].storeSchemaId`;
    if (storeSchemaId === currentTaskTimeSeriesId) {
      if (task.timeSeriesStoreConfig === null) yield badData(key, 'the task has no time series store: it lacks a timeSeriesStoreConfig');
    } else if (storeSchemaId !== currentTaskAuditLogId && storeSchemaId !== workflowAuditLogId && !storeIds.has(storeSchemaId)) {
      yield badData(key, `no store with id "${storeSchemaId}" is defined`);
    }
  }
}

/** A task against its lambda, steps 11 to 17 of schemas §10.2. */
export function* lambdaProblems(task: TaskSchema, lambda: LambdaRevision): Generator<ErrorObject | null> {
  const at = `tasks[${task.id}]`;
  yield* configProblems(task, lambda, `${at}.lambdaConfig`);
  const argumentNames = task.argumentMappings.map(({ argumentName }) => argumentName);
  if (hasDuplicates(argumentNames)) yield badData(`${at}.argumentMappings`, 'there are duplicate names');
  const unknownArguments = unknownNames(argumentNames, lambda.argumentSpecs);
  if (unknownArguments !== null) yield badData(`${at}.argumentMappings`, `the lambda has no such arguments: ${unknownArguments}`);
  for (const { name, isOptional, defaultValue } of lambda.argumentSpecs) {
    // Whether it is optional does not matter beside a default (schemas R48).
    if (!isOptional && defaultValue === null && !argumentNames.includes(name)) {
      yield badData('argumentMappings', `the required argument "${name}" has no mapper`);
    }
  }
  const resultNames = task.resultMappings.map(({ resultName }) => resultName);
  const unknownResults = unknownNames(resultNames, lambda.resultSpecs);
  if (unknownResults !== null) yield badData(`${at}.resultMappings`, `the lambda has no such results: ${unknownResults}`);
}

function* configProblems({ lambdaConfig }: TaskSchema, lambda: LambdaRevision, key: string): Generator<ErrorObject | null> {
  const unknown = unknownNames(Object.keys(lambdaConfig), lambda.configParameterSpecs);
  if (unknown !== null) yield badData(key, `the lambda has no such parameters: ${unknown}`);
  for (const { name, isOptional, defaultValue } of lambda.configParameterSpecs) {
    if (!isOptional && defaultValue === null && !Object.hasOwn(lambdaConfig, name)) {
      yield badData('lambdaConfig', `the required parameter "${name}" has no value`);
    }
  }
  for (const { name, dataSpec } of lambda.configParameterSpecs) {
    if (Object.hasOwn(lambdaConfig, name)) yield checkPredefinedValue(dataSpec, ownValue(lambdaConfig, name), `${key}[${name}]`);
  }
}
