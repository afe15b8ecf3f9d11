/**
 * Ctrl-C and SIGTERM, from its making until `stopListening`. Outside of `during` they leave the process; inside, the first one asks
 * politely, and any further one leaves.
 */
export class Interrupt {
  #polite: (() => void) | null = null;
  readonly #listener = (): void => {
    const polite = this.#polite;
    this.#polite = null;
    if (polite === null) process.exit(leftByInterrupt);
    polite();
  };

  constructor() {
    for (const signal of signals) process.on(signal, this.#listener);
  }

  async during<T>(polite: () => void, work: () => Promise<T>): Promise<T> {
    this.#polite = polite;
    try {
      return await work();
    } finally {
      this.#polite = null;
    }
  }

  stopListening(): void {
    for (const signal of signals) process.off(signal, this.#listener);
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const;
/** As shells count it. */
export const leftByInterrupt = 130;
