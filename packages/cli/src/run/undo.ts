import type { Terminal } from '../terminal.ts';

/** Says that something was made, and how it goes again. */
export type Made = (what: string, remove: () => Promise<void>) => void;

/** What a command made on the way to a refusal goes again, newest first. */
export class Undo {
  readonly #terminal: Terminal;
  readonly #made: { readonly what: string; readonly remove: () => Promise<void> }[] = [];

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  readonly made: Made = (what, remove) => {
    this.#made.unshift({ what, remove });
  };

  /** The result of the work, or its failure after everything that it made is gone; what stays is named on the error stream. */
  async unlessRefused<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      for (const { what, remove } of this.#made) {
        await remove().catch((problem: unknown) => {
          this.#terminal.err.write(`left behind: ${what}: ${problem instanceof Error ? problem.message : String(problem)}\n`);
        });
      }
      throw error;
    }
  }
}
