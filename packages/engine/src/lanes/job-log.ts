/** Entries that jobs leave in their task's audit log (execution §12.3). Reasons may quote what a lambda answered: they are bounded. */
import type { ErrorObject } from '@laneway/model';
import { severities } from '@laneway/model';
import type { LogWrite } from '../stores/writes.ts';
import { boundedJson } from '../values/bounded-json.ts';

type Severity = (typeof severities)[number];

export interface JobLogEntry {
  readonly severity: Severity;
  readonly content: {
    readonly description: string;
    readonly details?: unknown;
    readonly referencedElements?: { readonly itemTraceIds: readonly string[] };
  };
}

export function batchFailureEntry(itemTraceIds: readonly string[], reason: unknown): JobLogEntry {
  return {
    severity: 'error',
    content: {
      description: 'The batch could not be processed.',
      details: { reason: boundedJson(reason) },
      referencedElements: { itemTraceIds },
    },
  };
}

export function itemFailureEntry(traceId: string, reason: ErrorObject): JobLogEntry {
  return {
    severity: 'error',
    content: {
      description: 'The item could not be processed.',
      details: { reason: boundedJson(reason) },
      referencedElements: { itemTraceIds: [traceId] },
    },
  };
}

export function itemExceptionEntry(traceId: string, reason: unknown): JobLogEntry {
  return {
    severity: 'error',
    content: {
      description: 'Lambda exception occurred during item processing.',
      details: { reason: boundedJson(reason) },
      referencedElements: { itemTraceIds: [traceId] },
    },
  };
}

export function outputEntry(output: string): JobLogEntry {
  return { severity: 'info', content: { description: 'The lambda wrote to its standard output.', details: { output } } };
}

/** Entries of one job, filtered by the execution's log level; they are written with the job's commit. */
export class TaskLog {
  readonly #storeId: string;
  readonly #logLevel: number;
  readonly #entries: LogWrite['entries'][number][] = [];

  constructor(storeId: string, logLevel: number) {
    this.#storeId = storeId;
    this.#logLevel = logLevel;
  }

  add(entry: JobLogEntry): void {
    if (severities.indexOf(entry.severity) > this.#logLevel) return;
    this.#entries.push({ severity: entry.severity, source: 'system', content: JSON.stringify(entry.content) });
  }

  writes(): readonly LogWrite[] {
    return this.#entries.length === 0 ? [] : [{ kind: 'log', storeId: this.#storeId, entries: this.#entries }];
  }
}
