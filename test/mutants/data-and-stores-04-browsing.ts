/** Mutants of the code of browse options and listings. */
import { dataMutants } from './mutant.ts';

export const mutants = [
  ...dataMutants('4', [
    {
      rule: 'R22',
      file: 'model/src/stores/browse-options',
      find: 'if (Object.keys(given).length > 0) {',
      replace: "if (Object.hasOwn(given, 'type')) {",
      tests: ['model/test/stores'],
    },
    {
      rule: 'R23',
      file: 'model/src/requests/sanitise',
      find: "(service === 'onezone' || data[key] !== null)",
      replace: 'true',
      tests: ['model/test/stores'],
    },
    {
      rule: 'R23',
      file: 'model/src/requests/fields',
      find: "value === true || value === 'true'",
      replace: 'value === true',
      tests: ['model/test/stores'],
    },
  ]),
  ...dataMutants('4.1', [
    {
      rule: '§4.1',
      file: 'model/src/stores/browse-options',
      find: 'const maxLimit = 1000;',
      replace: 'const maxLimit = 1001;',
      tests: ['model/test/stores'],
    },
    {
      rule: '§4.1',
      file: 'model/src/stores/browse-options',
      find: "direction = 'backward_from_newest'",
      replace: "direction = 'forward_from_oldest'",
      tests: ['model/test/stores'],
    },
    {
      rule: 'R24',
      file: 'model/src/stores/listing',
      find: 'clamp(index, oldest, total)',
      replace: 'Math.min(index, total)',
      tests: ['model/test/stores'],
    },
    {
      rule: 'R24',
      file: 'model/src/stores/listing',
      find: 'isLast: last >= total - 1',
      replace: 'isLast: last >= total',
      tests: ['model/test/stores'],
    },
    {
      rule: 'R25',
      file: 'model/src/stores/listing',
      find: 'clamp(total - 1 - index,',
      replace: 'clamp(total - index,',
      tests: ['model/test/stores'],
    },
    {
      rule: 'R25',
      file: 'model/src/stores/listing',
      find: 'isLast: last <= oldest',
      replace: 'isLast: last < oldest',
      tests: ['model/test/stores'],
    },
    {
      rule: 'R26',
      file: 'model/src/stores/listing',
      find: 'Math.max(last - first + 1, 0)',
      replace: 'last - first + 1',
      tests: ['model/test/stores'],
    },
    {
      rule: 'R26',
      file: 'model/src/stores/listing',
      find: 'first = total - 1 - Math.max(start + offset, 0)',
      replace: 'first = total - 1 - start - offset',
      tests: ['engine/src/stores/stores'],
    },
    {
      rule: 'R27',
      file: 'engine/src/persistence/sql/stores-read',
      find: 'first_index >= ? and first_at <= ?',
      replace: 'first_index >= ? and first_at < ?',
      tests: ['engine/src/stores/stores'],
    },
    {
      rule: 'R27',
      file: 'engine/src/persistence/sql/stores-read',
      find: 'findIndex((time) => time >= at)',
      replace: 'findIndex((time) => time > at)',
      tests: ['engine/src/stores/stores'],
    },
    {
      rule: 'R27',
      file: 'engine/src/persistence/sql/stores-tails',
      find: 'last_at = case when last_at > p.time then last_at else p.time end',
      replace: 'last_at = p.time',
      tests: ['engine/src/stores/stores'],
    },
    {
      rule: 'R28',
      file: 'engine/src/stores/store-service',
      find: 'const entryIndex = String(page?.entries[position]?.index);',
      replace: 'const entryIndex = page?.entries[position]?.index;',
      tests: ['engine/src/stores/stores'],
    },
  ]),
];
