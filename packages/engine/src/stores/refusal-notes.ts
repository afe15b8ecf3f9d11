/** Measurements that a time series store refused inside a commit, as entries of the logs of the tasks that sent them. */
import type { ErrorObject } from '@laneway/model';
import type { LogWrite, MeasureWrite } from './writes.ts';

/** Series of a store that could not be created, and why (data-and-stores R58). */
export interface Refusal {
  readonly storeId: string;
  readonly series: readonly string[];
  readonly error: ErrorObject;
}

const namesInNote = 20;

/** One entry for each log and refusal, however many measurements it cost; writes without a log leave none. */
export function refusalNotes(writes: readonly MeasureWrite[], refused: readonly Refusal[]): readonly LogWrite[] {
  if (refused.length === 0) return [];
  const sent = new Map<string, { readonly logStoreId: string; readonly storeId: string; readonly series: Set<string> }>();
  for (const { logStoreId, storeId, points } of writes) {
    if (logStoreId === undefined) continue;
    const key = `${logStoreId}\n${storeId}`;
    const found = sent.get(key) ?? { logStoreId, storeId, series: new Set<string>() };
    sent.set(key, found);
    for (const point of points) found.series.add(point.series);
  }
  return [...sent.values()].flatMap(({ logStoreId, storeId, series }) => {
    const entries = refused
      .filter((refusal) => refusal.storeId === storeId)
      .map(({ error, series: names }) => ({ error, names: names.filter((name) => series.has(name)) }))
      .filter(({ names }) => names.length > 0)
      .map(({ error, names }) => entryOf(error, names));
    return entries.length === 0 ? [] : [{ kind: 'log' as const, storeId: logStoreId, entries }];
  });
}

function entryOf(reason: ErrorObject, names: readonly string[]): LogWrite['entries'][number] {
  const details = { reason, timeSeries: names.slice(0, namesInNote), timeSeriesCount: names.length };
  const content = JSON.stringify({ description: 'Measurements could not be stored.', details });
  return { severity: 'error', source: 'system', content };
}
