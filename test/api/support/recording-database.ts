/** A database that can be made to fail or wait, and keeps every document of every execution as it was committed. */
import type { Verb } from '@laneway/engine';
import type { Execution } from '@laneway/model';
import { FaultyDatabase } from '../../support/faulty-database.ts';

export class RecordingDatabase extends FaultyDatabase {
  readonly #histories = new Map<string, Execution[]>();
  readonly #deletedAt = new Map<string, number>();

  override async call<P, R>(verb: Verb<P, R>, params: P): Promise<R> {
    const result = await super.call(verb, params);
    const isSaved = (verb.name === 'saveTransition' && result === 'saved') || verb.name === 'createExecution';
    if (isSaved) this.#record((params as unknown as { readonly execution: Execution }).execution);
    if (verb.name === 'discardExecution' && result === 'discarded') {
      const { executionId, expectedVersion } = params as unknown as { readonly executionId: string; readonly expectedVersion: number };
      this.#deletedAt.set(executionId, expectedVersion);
    }
    return result;
  }

  /** In the order of their versions. */
  history(executionId: string): readonly Execution[] {
    return (this.#histories.get(executionId) ?? []).toSorted((a, b) => a.version - b.version);
  }

  /** The version that a deleted execution had last. */
  deletedAt(executionId: string): number | undefined {
    return this.#deletedAt.get(executionId);
  }

  #record(execution: Execution): void {
    const history = this.#histories.get(execution.id);
    if (history === undefined) this.#histories.set(execution.id, [execution]);
    else history.push(execution);
  }
}
