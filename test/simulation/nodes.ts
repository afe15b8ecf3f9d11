/** Nodes and their lives: they start, die without a word, freeze and wake, leave in order, and come back. */
import { defaultEngineConfig, Engine, type Database, type EngineConfig, type LambdaRuntime, type Logger } from '@laneway/engine';
import { makeError, type reduce } from '@laneway/model';
import type { Life } from './world.ts';
import { Life as NodeLifeTime, type World } from './world.ts';

export interface NodeParts {
  readonly world: World;
  readonly connect: (life: Life) => Database;
  readonly runtime: (life: Life) => LambdaRuntime;
  readonly reducer: typeof reduce;
  readonly hasAccess: () => boolean;
  readonly config: Partial<EngineConfig>;
  /** A life lost its lease. */
  readonly lost: (life: Life) => void;
}

export class SimulatedNode {
  readonly nodeId: string;
  life: Life | undefined;
  engine: Engine | undefined;
  /** The engine has started and has not been told to stop. */
  isUp = false;
  readonly #parts: NodeParts;
  #lives = 0;

  constructor(nodeId: string, parts: NodeParts) {
    this.nodeId = nodeId;
    this.#parts = parts;
  }

  /** A new life; a start that fails is tried again, as a supervisor does. */
  start(): void {
    const { world } = this.#parts;
    this.#lives += 1;
    const life = new NodeLifeTime(this.nodeId, this.#lives);
    this.life = life;
    world.after(0, life, 'starts', () => {
      const engine = this.#engine(life);
      this.engine = engine;
      void this.#begin(engine, life);
    });
  }

  async #begin(engine: Engine, life: Life): Promise<void> {
    const { world } = this.#parts;
    try {
      await engine.start();
      this.isUp = true;
      world.note(`${life.name} has started`);
    } catch (error) {
      world.note(`${life.name} did not start: ${String(error)}`);
      this.kill();
      world.after(1000, null, `${this.nodeId} is started again`, () => this.start());
    }
  }

  kill(): void {
    if (this.life !== undefined) this.#parts.world.kill(this.life);
    this.isUp = false;
    this.life = undefined;
    this.engine = undefined;
  }

  /** Ends the life in order; `then` is called when the engine has stopped. */
  leave(then: () => void): void {
    const { engine, life } = this;
    const { world } = this.#parts;
    if (engine === undefined || life === undefined || !this.isUp) return then();
    this.isUp = false;
    world.after(0, life, 'leaves', () => {
      void engine
        .stop()
        .then(
          () => world.note(`${life.name} has left`),
          (error: unknown) => world.note(`${life.name} has left with ${String(error)}`),
        )
        .then(then);
    });
  }

  #engine(life: Life): Engine {
    const { connect, runtime, reducer, hasAccess, config } = this.#parts;
    return new Engine({
      config: { ...defaultEngineConfig('/nowhere', this.nodeId), ...config },
      database: connect(life),
      runtime: runtime(life),
      files: { pythonCommand: null },
      environment: { open: async () => await Promise.resolve({}), close: () => undefined },
      log: this.#log(life),
      access: async () => await Promise.resolve(hasAccess() ? null : makeError('forbidden')),
      isShared: true,
      postCallback: async (url, body, { timeoutMs }) => {
        try {
          // The simulation answers in the place of whoever is called.
          const { status } = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(timeoutMs) });
          return status < 300 ? { kind: 'taken' } : { kind: 'failed', reason: `status ${status}` };
        } catch (error) {
          return { kind: 'failed', reason: String(error) };
        }
      },
      reducer,
    });
  }

  #log(life: Life): Logger {
    const { world, lost } = this.#parts;
    const write = (level: string) => (fields: Readonly<Record<string, unknown>>) => {
      const { event, error } = fields;
      if (event === 'leaseLost') lost(life);
      world.note(`${life.name} ${level}: ${String(event)} ${error instanceof Error ? error.message : ''}`);
    };
    return { debug: () => undefined, info: () => undefined, warn: write('warn'), error: write('error') };
  }
}
