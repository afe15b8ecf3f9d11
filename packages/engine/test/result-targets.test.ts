/** Where results of tasks go, and what comes back from there, on both databases. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionView, ScheduleRequest } from '@laneway/engine';
import type { DataSpec, DispatchRule, ResultMapping, StoreSchema, TimeSeriesStoreConfig } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import { startTestEngine, valuesOf, workflowOf, type TestEngine } from '../../../test/support/test-engine.ts';
import { endOf, logOf, shownBy, withLambda, withStores, withTasks } from './request-changes.ts';

const file: DataSpec = { type: 'file', fileType: 'ANY', attributes: null };
const number: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };
const object: DataSpec = { type: 'object' };
const log = { type: 'auditLogStoreContentUpdateOptions', function: 'append' } as const;
const common = { description: '', requiresInitialContent: false, defaultInitialContent: null } as const;

const sums = (resolutions: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(resolutions).map(([name, resolution]) => [name, { aggregator: 'sum' as const, resolution, retention: 10 }]),
  );
const counted = sums({ minute: 60, hour: 3600, day: 86_400 });
const worked: TimeSeriesStoreConfig = {
  timeSeriesCollectionSchema: {
    timeSeriesSchemas: [
      {
        nameGeneratorType: 'exact',
        nameGenerator: 'max_file_size',
        unit: 'bytes',
        metrics: { max: { aggregator: 'max', resolution: 3600, retention: 5 } },
      },
      { nameGeneratorType: 'addPrefix', nameGenerator: 'count_', unit: 'none', metrics: counted },
      { nameGeneratorType: 'exact', nameGenerator: 'counter_of_all_counts', unit: 'none', metrics: counted },
    ],
  },
  dashboardSpec: null,
};
const rule = (
  measurementTimeSeriesNameMatcherType: DispatchRule['measurementTimeSeriesNameMatcherType'],
  measurementTimeSeriesNameMatcher: string,
  targetTimeSeriesNameGenerator: string,
  prefixCombiner: DispatchRule['prefixCombiner'] = 'overwrite',
): DispatchRule => ({
  measurementTimeSeriesNameMatcherType,
  measurementTimeSeriesNameMatcher,
  targetTimeSeriesNameGenerator,
  prefixCombiner,
});
const over = rule('hasPrefix', 'count_over_', 'count_', 'overwrite');
const dispatchRules = [
  rule('exact', 'mp3', 'count_', 'overwrite'),
  rule('hasPrefix', 'size', 'max_file_size'),
  rule('hasPrefix', 'count_ct_', 'count_', 'concatenate'),
  rule('hasPrefix', 'count_cn_', 'count_', 'converge'),
  over,
  over,
  rule('hasPrefix', 'count', 'counter_of_all_counts'),
];
const measuring = (storeSchemaId: string): ResultMapping => ({
  resultName: 'value',
  storeSchemaId,
  storeContentUpdateOptions: { type: 'timeSeriesStoreContentUpdateOptions', dispatchRules },
});
const logging = (storeSchemaId: string): ResultMapping => ({ resultName: 'value', storeSchemaId, storeContentUpdateOptions: log });

type Slices = Readonly<Record<string, Readonly<Record<string, readonly { readonly timestamp: number; readonly value: number }[]>>>>;

describe.each(databaseKinds)('targets of results on $name', (kind) => {
  let test: TestEngine;
  let attempts = 0;
  beforeAll(async () => {
    test = await startTestEngine(kind, {
      echo: perItem((args) => ({ value: args['item'] })),
      unwrap: perItem((args) => ({ value: (args['item'] as { readonly result: unknown }).result })),
      secondTime: perItem((args) => {
        attempts += 1;
        if (attempts === 1) throw new Error('the first attempt of all');
        return { value: (args['item'] as { readonly result: unknown }).result };
      }),
    });
  });
  afterAll(async () => await test.close());

  /** One task over the results, each an item of its own: what it answers goes to the mappings. */
  function mapped(
    results: readonly unknown[],
    mappings: readonly ResultMapping[],
    more: { readonly logLevel?: number } = {},
  ): ScheduleRequest {
    const input = { type: 'list' as const, content: results.map((result) => ({ result })) };
    const request = workflowOf(test, { lanes: [[['unwrap']]], input, items: object, results: object, batchSize: 100, ...more });
    return withTasks(request, { resultMappings: [...mappings] });
  }

  const taskOf = (view: ExecutionView) => view.execution.current.boxes[0]!.tasks[0]!;
  const slicesOf = async (storeId: string) =>
    ((await shownBy(test, storeId, { mode: 'slice', layout: { '*': ['*'] } })) as { readonly slice: Slices }).slice;

  it('the logs of task and workflow and other logs: every one of them, as entries of users, by level (data-and-stores §6.3, R75)', async () => {
    const own: StoreSchema = { ...common, id: 'own', name: 'own', type: 'auditLog', config: { logContentDataSpec: object } };
    const results = [{ text: 'plain' }, { severity: 'error', content: { text: 'bad' } }, { severity: 'debug', text: 'left out' }];
    const targets = ['CURRENT_TASK_SYSTEM_AUDIT_LOG', 'WORKFLOW_SYSTEM_AUDIT_LOG', 'own'];
    const view = await endOf(test, withStores(mapped(results, targets.map(logging)), [own]));
    expect(view.execution.status).toBe('finished');
    const { storeRegistry, systemAuditLogStoreId } = view.execution;
    const ids = [taskOf(view).systemAuditLogId, systemAuditLogStoreId, storeRegistry['own'] ?? ''];
    for (const id of ids) {
      const entries = (await logOf(test, id)).filter(({ source }) => source === 'user');
      expect(entries.map(({ severity, content }) => [severity, content])).toEqual([
        ['info', { text: 'plain' }],
        ['error', { text: 'bad' }],
      ]);
      const dump = await test.engine.stores.dump(id);
      const dumped: unknown[] = [];
      if (dump.ok) for await (const entry of dump.value.entries) dumped.push(entry);
      expect(dumped).toEqual(await logOf(test, id));
    }
    const levels = async (logLevel: number): Promise<readonly string[]> => {
      const ended = await endOf(test, mapped(results, [logging('CURRENT_TASK_SYSTEM_AUDIT_LOG')], { logLevel }));
      return (await logOf(test, taskOf(ended).systemAuditLogId)).filter(({ source }) => source === 'user').map(({ severity }) => severity);
    };
    expect(await levels(3)).toEqual(['error']);
    expect(await levels(7)).toEqual(['info', 'error', 'debug']);
  });

  it('the time series of a task, where it has one; without it its items fail (data-and-stores §6.3, R73)', async () => {
    const results = [{ tsName: 'mp3', timestamp: 60, value: 2 }];
    const request = mapped(results, [measuring('CURRENT_TASK_TIME_SERIES')]);
    const view = await endOf(test, withTasks(request, { timeSeriesStoreConfig: worked }));
    expect((await slicesOf(taskOf(view).timeSeriesStoreId ?? ''))['count_mp3']?.['minute']).toEqual([{ timestamp: 60, value: 2 }]);
    expect((await test.engine.stores.info(taskOf(view).timeSeriesStoreId ?? ''))?.schemaId).toBe('CURRENT_TASK_TIME_SERIES');
    const without = await endOf(test, request);
    expect(without.execution.status).toBe('failed');
    const [error] = (await logOf(test, taskOf(without).systemAuditLogId)).filter(({ severity }) => severity === 'error');
    expect(error?.content.details?.reason).toMatchObject({
      id: 'atmTaskResultMappingFailed',
      details: {
        result: 'value',
        specificError: {
          id: 'atmTaskResultDispatchFailed',
          details: { atmStoreSchemaId: 'CURRENT_TASK_TIME_SERIES', specificError: { id: 'atmStoreNotFound' } },
        },
      },
    });
  });

  it('the worked example: series by rules and combiners, a rule that counts twice, measurements of one window (data-and-stores §5.7, R55)', async () => {
    const series: StoreSchema = { ...common, id: 'series', name: 'series', type: 'timeSeries', config: worked };
    const at = 1_700_000_000;
    const measurement = (tsName: string, value: number): object => ({ tsName, timestamp: at, value });
    const nothing = await endOf(test, withStores(mapped([measurement('mp4', 1)], [measuring('series')]), [series]));
    const fresh = nothing.execution.storeRegistry['series'] ?? '';
    expect(await shownBy(test, fresh)).toEqual({ layout: { counter_of_all_counts: ['day', 'hour', 'minute'], max_file_size: ['max'] } });
    expect(await slicesOf(fresh)).toEqual({ counter_of_all_counts: { day: [], hour: [], minute: [] }, max_file_size: { max: [] } });

    const singles = [
      measurement('mp3', 10),
      measurement('count_ct_supplies', 0),
      measurement('count_over_unicorns', 7),
      measurement('mp4', 99),
    ];
    expect(await valuesIn(series, singles, object)).toEqual({
      count_mp3: [10],
      count_count_ct_supplies: [0],
      count_unicorns: [14],
      counter_of_all_counts: [7],
      max_file_size: [],
    });
    const arrays = [
      [measurement('count_cn_resources', 1), measurement('count_cn_resources', 2)],
      [measurement('size_mp3', 1024), measurement('size_mp3', 2048)],
    ];
    expect(await valuesIn(series, arrays, { type: 'array', itemDataSpec: object })).toEqual({
      count_cn_resources: [3],
      counter_of_all_counts: [3],
      max_file_size: [2048],
    });
  });

  /** The values of all windows by series, each once, after a task answered with the results. */
  async function valuesIn(
    series: StoreSchema,
    results: readonly unknown[],
    dataSpec: DataSpec,
  ): Promise<Record<string, readonly number[]>> {
    const resultSpecs = [{ name: 'value', dataSpec, relayMethod: 'returnValue' }] as const;
    const view = await endOf(test, withStores(withLambda(mapped(results, [measuring(series.id)]), 'unwrap', { resultSpecs }), [series]));
    expect(view.execution.status).toBe('finished');
    const slices = await slicesOf(view.execution.storeRegistry[series.id] ?? '');
    return Object.fromEntries(
      Object.entries(slices).map(([name, metrics]) => [
        name,
        [...new Set(Object.values(metrics).flatMap((windows) => windows.map(({ value }) => value)))],
      ]),
    );
  }

  it('updates that are no measurements store nothing (data-and-stores §5.7, R54)', async () => {
    const series: StoreSchema = { ...common, id: 'series', name: 'series', type: 'timeSeries', config: worked };
    for (const [dataSpec, result, specificError] of [
      [number, 5, { id: 'atmDataTypeUnverified', details: { value: 5, expType: 'timeSeriesMeasurement' } }],
      [
        { type: 'array', itemDataSpec: object },
        [{ ts: 'name' }],
        {
          id: 'atmDataValueConstraintUnverified',
          details: { type: 'array', valueConstraints: { '$[0]': { id: 'atmDataTypeUnverified' } } },
        },
      ],
    ] as const) {
      const resultSpecs = [{ name: 'value', dataSpec, relayMethod: 'returnValue' }] as const;
      const view = await endOf(test, withStores(withLambda(mapped([result], [measuring('series')]), 'unwrap', { resultSpecs }), [series]));
      const [error] = (await logOf(test, taskOf(view).systemAuditLogId)).filter(({ severity }) => severity === 'error');
      expect(error?.content.details?.reason).toMatchObject({ details: { specificError: { details: { specificError } } } });
      expect(await shownBy(test, view.execution.storeRegistry['series'] ?? '')).toEqual({
        layout: { counter_of_all_counts: ['day', 'hour', 'minute'], max_file_size: ['max'] },
      });
    }
  });

  it('the time series of a task goes on in a retry as a copy: the run before keeps its own (data-and-stores R64)', async () => {
    attempts = 0;
    const content = [1, 2].map(() => ({ result: { tsName: 'mp3', timestamp: 60, value: 1 } }));
    const options = { lanes: [[['secondTime']]], items: object, results: object, batchSize: 1, maxRetries: 1 };
    const request = withTasks(workflowOf(test, { ...options, input: { type: 'list', content } }), {
      resultMappings: [measuring('CURRENT_TASK_TIME_SERIES')],
      timeSeriesStoreConfig: worked,
    });
    const view = await endOf(test, request);
    expect(view.execution.current).toMatchObject({ runNumber: 2, runType: 'retry', status: 'finished' });
    const receipt = await test.engine.executions.receipt(view.execution.id);
    const counts = await Promise.all(
      (receipt?.laneRuns ?? []).map(async ({ runNumber, tasks }) => {
        const task = await test.engine.executions.task(tasks[0]?.taskId ?? '');
        return [runNumber, (await slicesOf(task?.timeSeriesStoreId ?? ''))['count_mp3']?.['minute']?.[0]?.value];
      }),
    );
    expect(new Map(counts as [number, number][])).toEqual(
      new Map([
        [1, 1],
        [2, 2],
      ]),
    );
  });

  it('files that one lane collects are read by the next one with the attributes that it asks for (data-and-stores R75)', async () => {
    for (const name of ['first', 'second']) await writeFile(join(test.spaceDirectory, name), name);
    const found = await Promise.all(['first', 'second'].map(async (name) => await test.engine.files.lookup(test.spaceId, name)));
    const files = found.map((one) => (one.ok ? { fileId: one.value.fileId } : null));
    const collected: StoreSchema = { ...common, id: 'collected', name: 'collected', type: 'list', config: { itemDataSpec: file } };
    const request = withStores(
      workflowOf(test, {
        lanes: [[['unwrap']], [['echo']]],
        input: { type: 'list', content: [{ result: files }] },
        items: object,
        results: object,
      }),
      [collected],
    );
    const ofFiles = withLambda(
      withLambda(request, 'unwrap', {
        resultSpecs: [{ name: 'value', dataSpec: { type: 'array', itemDataSpec: file }, relayMethod: 'returnValue' }],
      }),
      'echo',
      {
        argumentSpecs: [{ name: 'item', dataSpec: { ...file, attributes: ['name', 'size'] }, isOptional: false, defaultValue: null }],
      },
    );
    const options = { type: 'listStoreContentUpdateOptions', function: 'extend' } as const;
    const extended = withTasks(
      ofFiles,
      { resultMappings: [{ resultName: 'value', storeSchemaId: 'collected', storeContentUpdateOptions: options }] },
      1,
    );
    const [lane, next] = extended.revision.lanes;
    const lanes = [lane!, { ...next!, storeIteratorSpec: { storeSchemaId: 'collected', maxBatchSize: 10 } }];
    const view = await endOf(test, { ...extended, revision: { ...extended.revision, lanes } });
    expect(view.execution.status).toBe('finished');
    expect(await valuesOf(test, view, 'output')).toEqual([
      { name: 'first', size: 5 },
      { name: 'second', size: 6 },
    ]);
  });
});
