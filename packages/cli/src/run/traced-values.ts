import type { LanewayClient } from '@laneway/client';
import type { Lineage } from '@laneway/model';
import { CliError } from '../failure.ts';
import { orEmpty, orUndefined } from './report.ts';
import type { StoreView } from './schema-view.ts';

export interface TracedValue {
  /** null for a store that holds one value. */
  readonly index: number | null;
  readonly value: unknown;
  /** null when no result wrote the value. */
  readonly lineage: Lineage | null;
}

const lineage = true;

/** Like `storeValues`, each value with where it comes from. */
export async function* tracedValues(client: LanewayClient, { type }: StoreView, storeId: string): AsyncGenerator<TracedValue> {
  switch (type) {
    case 'auditLog':
      for await (const { index, lineage: of, ...value } of orEmpty(client.stores.logEntries(storeId, { lineage })))
        yield { index: Number(index), value, lineage: of ?? null };
      return;
    case 'singleValue':
    case 'range': {
      const content = await orUndefined(client.stores.content(storeId, { lineage }));
      if (content === undefined) return;
      const { lineage: of, ...value } = content as { readonly lineage?: Lineage | null; readonly value?: unknown };
      yield { index: null, value: type === 'range' ? value : value.value, lineage: of ?? null };
      return;
    }
    case 'timeSeries':
      throw new CliError('a time series store sums values up: what is in it comes from no single item');
    default:
      for await (const entry of client.stores.entries(storeId, { lineage })) {
        const value = entry.success ? entry.value : { error: entry.error };
        yield { index: Number(entry.index), value, lineage: entry.lineage ?? null };
      }
  }
}
