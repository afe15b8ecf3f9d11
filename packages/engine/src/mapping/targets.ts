/** Where results may go, and what mapping needs to know of the surroundings. */
import type { StoreType } from '@laneway/model';
import type { ValueContext } from '../values/facts.ts';

/** A store as results see it. Keep the `config` object the same between batches: what is compiled from it is remembered by it. */
export interface Target {
  readonly storeId: string;
  readonly type: StoreType | 'exception';
  readonly config: object;
  readonly frozen: boolean;
}

/** Store schema id, or one of the three names below, → store. */
export type Targets = ReadonlyMap<string, Target>;

export {
  currentTaskAuditLogId as taskLogTarget,
  currentTaskTimeSeriesId as taskTimeSeriesTarget,
  workflowAuditLogId as workflowLogTarget,
} from '@laneway/model';

export interface ArgumentContext extends ValueContext {
  readonly targets: Targets;
  /** Content of a singleValue store as JSON text in stored form; null = unset. */
  readonly readSingleValue: (storeId: string) => Promise<string | null>;
}

export interface ResultContext extends ValueContext {
  /** Severity number of the execution's log level, 0–7. */
  readonly logLevel: number;
  /** Larger items are refused; 16 MiB unless given. */
  readonly maxItemBytes?: number;
}
