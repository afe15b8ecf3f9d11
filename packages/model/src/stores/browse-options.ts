import { isJsonObject } from '../data/json.ts';
import { makeError } from '../errors/make-error.ts';
import { ok, refuse, type Result } from '../errors/result.ts';
import { anyField, booleanField, convertedField, enumField, integerField, objectField, type Field } from '../requests/fields.ts';
import { sanitise } from '../requests/sanitise.ts';
import type { StoreType } from '../schema/workflow.ts';
import type { SeriesLayout } from './time-series-windows.ts';

export type BrowsableStoreType = StoreType | 'exception';

export interface ListingOptions {
  readonly index: number | null;
  readonly offset: number;
  readonly limit: number;
}

export interface LogListingOptions extends ListingOptions {
  /** Milliseconds; wins over `index`. */
  readonly timestamp: number | null;
  readonly direction: 'forward_from_oldest' | 'backward_from_newest';
}

export interface SliceOptions {
  readonly layout: SeriesLayout;
  /** Seconds. */
  readonly startTimestamp: number | null;
  readonly stopTimestamp: number | null;
  readonly windowLimit: number;
  readonly extendedInfo: boolean;
}

export type BrowseOptions =
  | ({ readonly kind: 'auditLog' } & LogListingOptions)
  | ({ readonly kind: 'exception' | 'list' | 'treeForest' } & ListingOptions)
  | { readonly kind: 'range' | 'singleValue' }
  | { readonly kind: 'timeSeries'; readonly mode: 'layout' }
  | ({ readonly kind: 'timeSeries'; readonly mode: 'slice' } & SliceOptions);

const maxLimit = 1000;
const limitField = integerField({ range: { low: 1, high: maxLimit } });
const integerText = /^[+-]?\d+$/;

/** A string that holds an integer; numbers are taken too (data-and-stores §4.1). */
const indexField: Field<number> = (value, key) => {
  const isNumerical = (typeof value === 'string' && integerText.test(value)) || Number.isSafeInteger(value);
  return isNumerical ? ok(Number(value)) : refuse(makeError('badData', { key, hint: 'the index is not numerical' }));
};

/** Browse options of a store; absent or `{}` means all defaults (data-and-stores §4, R22, R23). */
export function browseOptions(storeType: BrowsableStoreType, options: unknown): Result<BrowseOptions> {
  const given = options ?? {};
  if (!isJsonObject(given)) return refuse(makeError('badValueJSON', { key: 'options' }));
  if (Object.keys(given).length > 0) {
    const type = enumField([`${storeType}StoreContentBrowseOptions`]);
    const checked = sanitise('oneprovider', given, { required: { type }, optional: {} });
    if (!checked.ok) return checked;
  }
  switch (storeType) {
    case 'auditLog':
      return logOptions(given);
    case 'exception':
    case 'list':
    case 'treeForest':
      return listOptions(storeType, given);
    case 'range':
    case 'singleValue':
      return ok({ kind: storeType });
    case 'timeSeries':
      return timeSeriesOptions(given);
  }
}

const listing = { index: indexField, offset: integerField(), limit: limitField } as const;

function listOptions(kind: 'exception' | 'list' | 'treeForest', given: unknown): Result<BrowseOptions> {
  const read = sanitise('oneprovider', given, { required: {}, optional: listing });
  if (!read.ok) return read;
  const { index = null, offset = 0, limit = maxLimit } = read.value;
  return ok({ kind, index, offset, limit });
}

const directions = ['forward_from_oldest', 'backward_from_newest'] as const;

function logOptions(given: unknown): Result<BrowseOptions> {
  const optional = { ...listing, timestamp: integerField({ min: 0 }), direction: enumField(directions) };
  const read = sanitise('oneprovider', given, { required: {}, optional });
  if (!read.ok) return read;
  const { index = null, offset = 0, limit = maxLimit, timestamp = null, direction = 'backward_from_newest' } = read.value;
  return ok({ kind: 'auditLog', index, offset, limit, timestamp, direction });
}

const layoutField = convertedField(objectField(), (layout, key): Result<SeriesLayout> =>
  isLayout(layout) ? ok(layout) : refuse(makeError('badData', { key })),
);

function isLayout(layout: Readonly<Record<string, unknown>>): layout is SeriesLayout {
  return Object.values(layout).every((metrics) => Array.isArray(metrics) && metrics.every((metric) => typeof metric === 'string'));
}

function timeSeriesOptions(given: unknown): Result<BrowseOptions> {
  const mode = sanitise('oneprovider', given, { required: {}, optional: { mode: enumField(['layout', 'slice']), type: anyField() } });
  if (!mode.ok) return mode;
  if (mode.value.mode !== 'slice') return ok({ kind: 'timeSeries', mode: 'layout' });
  const timestamp = integerField({ min: 0 });
  const read = sanitise('oneprovider', given, {
    required: { layout: layoutField },
    optional: { startTimestamp: timestamp, stopTimestamp: timestamp, windowLimit: limitField, extendedInfo: booleanField() },
  });
  if (!read.ok) return read;
  const { layout, startTimestamp = null, stopTimestamp = null, windowLimit = maxLimit, extendedInfo = false } = read.value;
  return ok({ kind: 'timeSeries', mode: 'slice', layout, startTimestamp, stopTimestamp, windowLimit, extendedInfo });
}
