import { booleanField } from '../requests/fields.ts';
import { sanitise } from '../requests/sanitise.ts';
import { ok, type Result } from '../errors/result.ts';

/** Where a value in a store comes from (extension). */
export interface Lineage {
  readonly laneRunId: string;
  /** 1-based. */
  readonly laneIndex: number;
  readonly runNumber: number | null;
  readonly taskId: string;
  readonly taskSchemaId: string;
  readonly lambdaId: string;
  readonly lambdaRevisionNumber: number;
  /** How many times the batch of the item had been claimed when the value was made: 1 unless it came back from a stop or a lost node. */
  readonly attempt: number;
  /** Index of the item in the input of the lane run; null, like the trace id, for a streamed value that belongs to no item. */
  readonly itemIndex: number | null;
  readonly traceId: string | null;
}

/** Whether browse options ask for the lineage of each entry; time series have none and ignore it. */
export function lineageOption(options: unknown): Result<boolean> {
  const read = sanitise('oneprovider', options ?? {}, { required: {}, optional: { lineage: booleanField() } });
  return read.ok ? ok(read.value.lineage ?? false) : read;
}
