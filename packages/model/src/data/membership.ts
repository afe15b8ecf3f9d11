import { isJsonObject, ownValue, type JsonObject } from './json.ts';
import type { DataType } from './data-spec.ts';

function holdsText(value: unknown, key: string): boolean {
  return isJsonObject(value) && typeof ownValue(value, key) === 'string';
}

/** Integers of ranges are counted with, so they must not have lost digits. */
function isIntegerIfPresent(value: JsonObject, key: string): boolean {
  return !Object.hasOwn(value, key) || Number.isSafeInteger(value[key]);
}

export interface RangeValue {
  readonly start?: number;
  readonly end: number;
  readonly step?: number;
}

export interface Measurement {
  readonly tsName: string;
  readonly timestamp: number;
  readonly value: number;
}

export function isRangeValue(value: unknown): value is RangeValue {
  return (
    isJsonObject(value) &&
    Number.isSafeInteger(ownValue(value, 'end')) &&
    isIntegerIfPresent(value, 'start') &&
    isIntegerIfPresent(value, 'step')
  );
}

export function isMeasurement(value: unknown): value is Measurement {
  if (!isJsonObject(value) || !holdsText(value, 'tsName')) return false;
  const timestamp = ownValue(value, 'timestamp');
  return Number.isInteger(timestamp) && Number(timestamp) >= 0 && typeof ownValue(value, 'value') === 'number';
}

/** Whether a JSON value belongs to a type; additional keys never matter (data-and-stores §2.1). */
export function isOfType(type: DataType, value: unknown): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'dataset':
      return holdsText(value, 'datasetId');
    case 'file':
      return holdsText(value, 'fileId');
    case 'group':
      return holdsText(value, 'groupId');
    case 'number':
      return typeof value === 'number';
    case 'object':
      return isJsonObject(value);
    case 'range':
      return isRangeValue(value);
    case 'string':
      return typeof value === 'string';
    case 'timeSeriesMeasurement':
      return isMeasurement(value);
  }
}
