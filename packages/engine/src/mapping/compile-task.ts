/** A task of a schema and its lambda revision, compiled once for all batches (execution §9.1, §9.2; data-and-stores §6.1). */
import {
  checkExactSeries,
  makeError,
  ok,
  refuse,
  typeError,
  type ErrorObject,
  type LambdaRevision,
  type ParameterSpec,
  type Result,
  type ResultMapping,
  type ResultSpec,
  type TaskSchema,
  type ValueBuilder,
} from '@laneway/model';
import { compileType } from '../values/compile-type.ts';
import { gatherFacts, type ValueContext } from '../values/facts.ts';
import { ReferenceIds } from '../values/reference-ids.ts';
import type { ValueType } from '../values/value-type.ts';
import { dependsOnItem, storesOf } from './value-builders.ts';

export interface CompiledArgument {
  readonly name: string;
  readonly type: ValueType;
  readonly builder: ValueBuilder;
  /** Whether the value may differ from item to item; if not, it is built once per batch. */
  readonly perItem: boolean;
  /** Schema ids of the single value stores that it reads. */
  readonly stores: readonly string[];
}

export interface CompiledConfigParameter {
  readonly name: string;
  readonly type: ValueType;
  /** Iterated form: a range is complete (R76). */
  readonly value: unknown;
}

export interface CompiledResult {
  readonly name: string;
  readonly type: ValueType;
  /** In processing order: reverse schema order (R72). */
  readonly mappings: readonly ResultMapping[];
}

export interface CompiledTask {
  readonly taskSchemaId: string;
  readonly arguments: readonly CompiledArgument[];
  readonly config: readonly CompiledConfigParameter[];
  /** `returnValue` results, names descending (R72). */
  readonly results: readonly CompiledResult[];
  /** `filePipe` results by name. */
  readonly streamedResults: ReadonlyMap<string, CompiledResult>;
  /** File attributes that arguments and config ask for. */
  readonly attributes: readonly string[];
}

/**
 * Compiles; errors are those of creating the task, not yet wrapped. References in the config are only
 * checked for their form: see `checkConfig`.
 */
export function compileTask(task: TaskSchema, lambda: LambdaRevision): Result<CompiledTask> {
  const compiledArguments = compileArguments(task, lambda);
  if (!compiledArguments.ok) return compiledArguments;
  const config = compileConfig(task, lambda);
  if (!config.ok) return config;
  const seriesError = task.timeSeriesStoreConfig === null ? null : checkExactSeries(task.timeSeriesStoreConfig);
  if (seriesError !== null) return refuse(seriesError);
  const results = lambda.resultSpecs.map((spec) => ({ spec, compiled: compileResult(spec, task.resultMappings) }));
  const returned = results.filter(({ spec }) => spec.relayMethod === 'returnValue').map(({ compiled }) => compiled);
  const streamed = results.filter(({ spec }) => spec.relayMethod === 'filePipe').map(({ compiled }) => [compiled.name, compiled] as const);
  const attributes = [...compiledArguments.value, ...config.value].flatMap(({ type }) => type.attributes);
  return ok({
    taskSchemaId: task.id,
    arguments: compiledArguments.value,
    config: config.value,
    results: returned.toSorted((a, b) => (a.name < b.name ? 1 : a.name > b.name ? -1 : 0)),
    streamedResults: new Map(streamed),
    attributes: [...new Set(attributes)],
  });
}

/** The full check of the config at the creation of a task, references included (R76); null = acceptable. */
export async function checkConfig(task: CompiledTask, context: ValueContext): Promise<ErrorObject | null> {
  const ids = new ReferenceIds();
  for (const { type, value } of task.config) type.collect(value, ids);
  const facts = await gatherFacts(context, ids);
  for (const { name, type, value } of task.config) {
    const problem = type.validate(value, facts);
    if (problem !== null) return configError(name, problem);
  }
  return null;
}

function compileArguments(task: TaskSchema, lambda: LambdaRevision): Result<CompiledArgument[]> {
  const declared = new Set(lambda.argumentSpecs.map((spec) => spec.name));
  const foreign = task.argumentMappings.find((mapping) => !declared.has(mapping.argumentName));
  if (foreign !== undefined) return refuse(makeError('atmTaskArgMapperForNonexistentLambdaArg', { argument: foreign.argumentName }));
  const builders = new Map(task.argumentMappings.map((mapping) => [mapping.argumentName, mapping.valueBuilder]));
  const compiled: CompiledArgument[] = [];
  for (const spec of lambda.argumentSpecs) {
    const builder = builders.get(spec.name) ?? defaultBuilder(spec);
    if (builder !== null) {
      const perItem = dependsOnItem(builder);
      compiled.push({ name: spec.name, type: compileType(spec.dataSpec), builder, perItem, stores: storesOf(builder) });
    } else if (!spec.isOptional) {
      return refuse(makeError('atmTaskArgMapperForRequiredLambdaArgMissing', { argument: spec.name }));
    }
  }
  return ok(compiled);
}

function defaultBuilder(spec: ParameterSpec): ValueBuilder | null {
  const hasDefault = spec.defaultValue !== null && spec.defaultValue !== undefined;
  return hasDefault ? { valueBuilderType: 'const', valueBuilderRecipe: spec.defaultValue } : null;
}

function compileConfig(task: TaskSchema, lambda: LambdaRevision): Result<CompiledConfigParameter[]> {
  const compiled: CompiledConfigParameter[] = [];
  for (const spec of lambda.configParameterSpecs) {
    const type = compileType(spec.dataSpec);
    const configured = Object.hasOwn(task.lambdaConfig, spec.name);
    const value = configured ? task.lambdaConfig[spec.name] : (spec.defaultValue ?? null);
    // An optional parameter with neither value nor default is left out (R77).
    if (!configured && value === null && spec.isOptional) continue;
    const problem = configured || value !== null ? type.validate(value, null) : typeError(null, spec.dataSpec.type);
    if (problem !== null) return refuse(configError(spec.name, problem));
    compiled.push({ name: spec.name, type, value: type.fromStored(type.toStored(value)) });
  }
  return ok(compiled);
}

function configError(parameterName: string, specificError: ErrorObject): ErrorObject {
  return makeError('atmLambdaConfigBadValue', { parameterName, specificError });
}

function compileResult(spec: ResultSpec, mappings: readonly ResultMapping[]): CompiledResult {
  const own = mappings.filter((mapping) => mapping.resultName === spec.name).toReversed();
  return { name: spec.name, type: compileType(spec.dataSpec), mappings: own };
}
