import type { DataSpec } from '../../data/data-spec.ts';
import { makeError } from '../../errors/make-error.ts';
import type { StoreSchema, StoreType } from '../workflow.ts';
import {
  anyAt,
  booleanAt,
  columnTextAt,
  optional,
  record,
  required,
  stopWith,
  textAt,
  wordAt,
  type Cursor,
  type Fields,
} from './cursor.ts';
import { dataSpecAt } from './data-spec.ts';
import { timeSeriesStoreConfigAt } from './time-series.ts';

export const storeTypes = ['auditLog', 'list', 'range', 'singleValue', 'timeSeries', 'treeForest'] as const satisfies readonly StoreType[];

const treeForestTypes: readonly DataSpec['type'][] = ['file', 'dataset'];

/** A store of a workflow schema revision (schemas §5.3, R12–R14). */
export function storeSchemaAt(at: Cursor): StoreSchema {
  const fields = record(at);
  const type = required(fields, 'type', (word) => wordAt(word, storeTypes));
  const isContentless = at.encoding === 'plain' && (type === 'auditLog' || type === 'timeSeries');
  const common = {
    id: required(fields, 'id', columnTextAt),
    name: required(fields, 'name', columnTextAt),
    description: required(fields, 'description', textAt),
    requiresInitialContent: required(fields, 'requiresInitialContent', booleanAt) && !isContentless,
    defaultInitialContent: isContentless ? null : optional(fields, 'defaultInitialContent', null, anyAt),
  };
  const config = {
    value: Object.hasOwn(fields.object, 'config') ? fields.object['config'] : null,
    path: fields.path,
    encoding: at.encoding,
  };
  return storeOf(type, common, config, fields);
}

function configFields(config: Cursor): Fields {
  const path = config.path === '' ? 'config' : `${config.path}.config`;
  if (config.value === null) return { object: {}, path, encoding: config.encoding };
  return record({ ...config, path });
}

function storeOf(type: StoreType, common: Omit<StoreSchema, 'type' | 'config'>, config: Cursor, fields: Fields): StoreSchema {
  switch (type) {
    case 'auditLog':
      return { ...common, type, config: { logContentDataSpec: required(configFields(config), 'logContentDataSpec', dataSpecAt) } };
    case 'list':
    case 'singleValue':
      return { ...common, type, config: { itemDataSpec: required(configFields(config), 'itemDataSpec', dataSpecAt) } };
    case 'range':
      configFields(config);
      return { ...common, type, config: {} };
    case 'timeSeries':
      return { ...common, type, config: required(fields, 'config', timeSeriesStoreConfigAt) };
    case 'treeForest': {
      const itemDataSpec = required(configFields(config), 'itemDataSpec', dataSpecAt);
      if (config.encoding === 'plain' && !treeForestTypes.includes(itemDataSpec.type)) {
        stopWith(makeError('badValueNotAllowed', { key: 'treeForestStoreConfig.dataSpec.type', allowed: treeForestTypes }));
      }
      return { ...common, type, config: { itemDataSpec } };
    }
  }
}
