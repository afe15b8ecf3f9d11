/** Executions that requests can be about: kept for the next one that needs such a state, and made when there is none. */
import type { Random } from '../simulation/random.ts';
import { op, schedule, SetUpFailed, type FlowName, type World } from './world.ts';

/** What may be asked for again: ended ones, those to be paused, those to be cancelled. */
type Kept = 'good' | 'bad' | 'paused' | 'cancelled';

interface Details {
  readonly status: string;
  readonly storeRegistry: Readonly<Record<string, string>>;
  readonly systemAuditLogStoreId: string;
  readonly lanes: readonly {
    readonly runs: readonly {
      readonly runNumber: number | null;
      readonly exceptionStoreId: string | null;
      readonly isRetriable: boolean;
      readonly isRerunable: boolean;
      readonly parallelBoxes: readonly { readonly taskRegistry: Readonly<Record<string, string>> }[];
    }[];
  }[];
}

const suspended = ['paused', 'interrupted'];
const ended = ['finished', 'failed', 'cancelled', 'crashed'];
/** A machine that is busy with everything else takes its time. */
const waitMs = 60_000;
const maxKept = 30;

export class Executions {
  readonly #world: World;
  /** By what was asked of them last. */
  readonly #kept: Record<Kept, string[]> = { good: [], bad: [], paused: [], cancelled: [] };
  /** One that has failed, for reading only. */
  #shown: Promise<{ readonly id: string; readonly details: Details }> | null = null;

  /** Resumed ones, which hold a runner until they are ended. */
  #resumed: string[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  async details(id: string): Promise<Details> {
    return (await this.#world.hand.json('GET', `${op}/automation/execution/workflows/${id}`)) as Details;
  }

  async #until(id: string, statuses: readonly string[]): Promise<Details> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const details = await this.details(id);
      if (statuses.includes(details.status)) return details;
      if (performance.now() > deadline) throw new SetUpFailed(`execution ${id} is ${details.status}, not ${statuses.join(' or ')}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #new(flow: FlowName): Promise<string> {
    return await schedule(this.#world.hand, { spaceId: this.#world.spaceId, schemaId: this.#world.flows[flow] });
  }

  /** It may be gone when it is used. */
  keep(flow: Kept, id: string): void {
    const list = this.#kept[flow];
    if (list.length < maxKept) list.push(id);
  }

  async #taken(flow: Kept, make: () => Promise<string>, statuses: readonly string[]): Promise<{ id: string; details: Details }> {
    for (let id = this.#kept[flow].shift(); id !== undefined; id = this.#kept[flow].shift()) {
      try {
        return { id, details: await this.#until(id, statuses) };
      } catch {
        // Gone, or in another state: the next one.
      }
    }
    const id = await make();
    return { id, details: await this.#until(id, statuses) };
  }

  async shown(): Promise<{ readonly id: string; readonly details: Details }> {
    this.#shown ??= this.#taken('bad', async () => await this.#new('bad'), ended);
    return await this.#shown;
  }

  /** One that may be lost, if there is one. */
  spare(): string {
    return this.#kept.good[0] ?? this.#kept.bad[0] ?? 'none';
  }

  async ended(): Promise<string> {
    return (await this.#taken(this.#kept.cancelled.length > 0 ? 'cancelled' : 'good', async () => await this.#new('good'), ended)).id;
  }

  async ongoing(): Promise<string> {
    return await this.#new('slow');
  }

  /** One that is to be resumed; those before are not left to run on. */
  async suspended(): Promise<string> {
    const before = this.#resumed;
    this.#resumed = [];
    for (const id of before) await this.#end(id);
    const id = await this.#suspendedOne();
    this.#resumed.push(id);
    return id;
  }

  /** Whatever became of it. */
  async #end(id: string): Promise<void> {
    try {
      await this.#world.hand.ask('POST', `${op}/automation/execution/workflows/${id}/cancel`);
      this.keep('cancelled', id);
    } catch (error) {
      if (!(error instanceof SetUpFailed)) throw error;
    }
  }

  async #suspendedOne(): Promise<string> {
    const make = async (): Promise<string> => {
      const id = await this.#new('slow');
      await this.#world.hand.ask('POST', `${op}/automation/execution/workflows/${id}/pause`, { deadlineSec: 0 });
      return id;
    };
    return (await this.#taken('paused', make, suspended)).id;
  }

  /** One that has failed before its last lane. */
  async failed(): Promise<string> {
    return (await this.#taken('bad', async () => await this.#new('bad'), ['failed'])).id;
  }

  /** A lane run that can be repeated. */
  async repeatable(
    how: 'isRetriable' | 'isRerunable',
  ): Promise<{ readonly id: string; readonly laneIndex: number; readonly laneRunNumber: number }> {
    const { id, details } = await this.#taken('bad', async () => await this.#new('bad'), ended);
    for (const [index, lane] of details.lanes.entries()) {
      const run = lane.runs.find((one) => one[how] && one.runNumber !== null);
      if (typeof run?.runNumber === 'number') return { id, laneIndex: index + 1, laneRunNumber: run.runNumber };
    }
    throw new SetUpFailed(`nothing of ${id} can be repeated`);
  }

  async stores(random: Random): Promise<string> {
    const { details } = await this.shown();
    return random.pick([...Object.values(details.storeRegistry), details.systemAuditLogStoreId]);
  }
}
