/** Mutants of the code of creation, updates and iteration of stores. */
import { dataMutants } from './mutant.ts';

export const mutants = [
  ...dataMutants('3.3', [
    {
      rule: 'R11',
      file: 'engine/src/control/schedule',
      find: 'overlay ?? schema.defaultInitialContent ?? null',
      replace: 'schema.defaultInitialContent ?? overlay ?? null',
      tests: ['engine/test/initial-content'],
    },
    {
      rule: 'R12',
      file: 'engine/src/mapping/initial-content',
      find: 'return schema.requiresInitialContent ? refuse',
      replace: 'return schema.requiresInitialContent && content === undefined ? refuse',
      tests: ['engine/src/mapping/initial-content'],
    },
    {
      rule: 'R12',
      file: 'engine/src/control/schedule',
      find: "return refuse(makeError('atmStoreCreationFailed', { atmStoreSchemaId: schema.id, specificError: content.error }));",
      replace: 'return content;',
      tests: ['engine/test/initial-content'],
    },
    {
      rule: 'R13',
      file: 'engine/src/mapping/initial-content',
      find: "ok({ kind: 'items', items: stored.value as readonly unknown[] })",
      replace: "ok({ kind: 'items', items: (stored.value as readonly unknown[]).toReversed() })",
      tests: ['engine/src/mapping/initial-content'],
    },
  ]),
  ...dataMutants('3.4', [
    {
      rule: 'R14',
      file: 'engine/src/mapping/map-results',
      find: 'if (target.frozen && !isSystemLog(atmStoreSchemaId))',
      replace: 'if (target.frozen)',
      tests: ['engine/src/mapping/map-results'],
    },
    {
      rule: 'R14',
      file: 'engine/src/lanes/result-targets',
      find: 'storeId === laneRun.iteratedStoreId)',
      replace: 'false)',
      tests: ['engine/test/stores-in-lanes'],
    },
    {
      rule: 'R14',
      file: 'engine/src/persistence/sql/stores',
      find: '[frozen ? 1 : 0, ...part]',
      replace: '[0, ...part]',
      tests: ['engine/src/stores/stores'],
    },
    {
      rule: 'R15',
      file: 'engine/src/mapping/store-updates',
      find: 'const problem = item.validate(value, context.facts);',
      replace: 'const problem = null;',
      tests: ['engine/src/mapping/map-results'],
    },
    {
      rule: 'R16',
      file: 'engine/src/mapping/store-updates',
      find: "return refuse(makeError('internalServerError'));",
      replace: "return refuse(makeError('notSupported'));",
      tests: ['engine/src/mapping/map-results'],
    },
    {
      rule: 'R17',
      file: 'engine/src/mapping/item-size',
      find: 'Buffer.byteLength(text) > maxItemBytes',
      replace: 'text.length > maxItemBytes',
      tests: ['engine/src/mapping/map-results'],
    },
  ]),
  ...dataMutants('3.5', [
    {
      rule: 'R18',
      file: 'engine/src/lanes/item-reader',
      find: '(first + offset) * input.step',
      replace: '(first + offset + 1) * input.step',
      tests: ['engine/src/lanes/item-reader'],
    },
    {
      rule: 'R19',
      file: 'engine/src/lanes/item-reader',
      find: "hash('sha1', `${laneRunId}:${index}`)",
      replace: "hash('sha1', `${laneRunId}:${Math.random()}`)",
      tests: ['engine/src/lanes/item-reader'],
    },
    {
      rule: 'R20',
      file: 'engine/src/lanes/item-reader',
      find: "hash('sha1', `${laneRunId}:${index}`)",
      replace: "hash('sha1', `${index}`)",
      tests: ['engine/src/lanes/item-reader'],
    },
    {
      rule: '§8',
      file: 'engine/src/lanes/item-reader',
      find: '.slice(0, 20)',
      replace: '.slice(0, 18)',
      tests: ['engine/src/stores/limits'],
    },
    {
      rule: 'R20',
      file: 'engine/src/lanes/item-reader',
      find: 'traceId: entry.traceId',
      replace: "traceId: traceIdOf('', position)",
      tests: ['engine/src/lanes/item-reader'],
    },
    {
      rule: 'R21',
      file: 'engine/src/values/items',
      find: 'integersOnly: true',
      replace: 'integersOnly: false',
      tests: ['engine/src/values/values'],
    },
  ]),
];
