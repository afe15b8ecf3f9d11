/** People: each sends commands to any node at any moment, mostly ones that make sense, sometimes twice. */
import type { Result } from '@laneway/model';
import { phaseOf } from '@laneway/model';
import type { SimulatedNode } from './nodes.ts';
import type { Random } from './random.ts';
import type { TrackedExecution, Tracker } from './tracker.ts';
import type { World } from './world.ts';

export type Verb = 'cancel' | 'pause' | 'resume' | 'forceContinue' | 'rerun' | 'retry' | 'delete';

export class Users {
  readonly #world: World;
  readonly #random: Random;
  readonly #tracker: Tracker;
  readonly #nodes: readonly SimulatedNode[];
  readonly accepted = new Map<Verb, number>();

  constructor(parts: {
    readonly world: World;
    readonly random: Random;
    readonly tracker: Tracker;
    readonly nodes: readonly SimulatedNode[];
  }) {
    this.#world = parts.world;
    this.#random = parts.random;
    this.#tracker = parts.tracker;
    this.#nodes = parts.nodes;
  }

  /** Sends one command about one execution; a second node gets it too now and then. */
  act(): void {
    const known = [...this.#tracker.executions.values()].filter((tracked) => !tracked.isDiscarded || this.#random.chance(0.1));
    if (known.length === 0) return;
    const tracked = this.#random.pick(known);
    const verb = this.#choose(tracked);
    this.send(verb, tracked);
    if (this.#random.chance(0.15)) this.#world.after(this.#random.between(0, 30), null, 'once more', () => this.send(verb, tracked));
  }

  send(verb: Verb, tracked: TrackedExecution, nodeId?: string, laneIndex?: number): void {
    const up = this.#nodes.filter((node) => node.isUp && node.life?.state === 'alive' && (nodeId ?? node.nodeId) === node.nodeId);
    if (up.length === 0) return;
    const node = this.#random.pick(up);
    const { life, engine } = node;
    if (life === undefined || engine === undefined) return;
    const actor = this.#random.pick(['user', 'anna', 'ben']);
    const { execution } = tracked;
    const runs = [
      execution.current,
      ...execution.lanes.flatMap((lane, index) => lane.endedRuns.map((ended) => ({ ...ended, laneIndex: index + 1 }))),
    ];
    const run = runs.find((candidate) => candidate.laneIndex === laneIndex) ?? this.#random.pick(runs);
    const repeat = { executionId: execution.id, actor, laneIndex: run.laneIndex, laneRunNumber: run.runNumber ?? 1 };
    this.#world.after(0, life, `${actor} asks ${verb} of ${execution.id.slice(0, 4)}`, () => {
      const service = engine.executions;
      const stop = { executionId: execution.id, actor, note: null };
      const answers: Record<Verb, () => Promise<Result<void>>> = {
        cancel: async () => await service.cancel(stop),
        pause: async () => await service.pause(stop),
        resume: async () => await service.resume(stop),
        forceContinue: async () => await service.forceContinue(stop),
        rerun: async () => await service.rerun(repeat),
        retry: async () => await service.retry(repeat),
        delete: async () => await service.delete(stop),
      };
      void this.#heard(answers[verb], verb, tracked, life.name);
    });
  }

  async #heard(ask: () => Promise<Result<void>>, verb: Verb, tracked: TrackedExecution, lifeName: string): Promise<void> {
    try {
      const result = await ask();
      this.#world.note(`${lifeName} ${verb}: ${result.ok ? 'ok' : result.error.id}`);
      if (result.ok) this.#acknowledged(verb, tracked, lifeName);
    } catch (error) {
      this.#world.note(`${lifeName} ${verb}: ${String(error)}`);
    }
  }

  #acknowledged(verb: Verb, tracked: TrackedExecution, lifeName: string): void {
    this.accepted.set(verb, (this.accepted.get(verb) ?? 0) + 1);
    if (verb !== 'cancel' && verb !== 'pause') return;
    const gate = this.#tracker.gates.get(tracked.execution.current.id);
    if (gate !== undefined && !gate.isOpen) gate.ackedBy.add(lifeName);
  }

  #choose(tracked: TrackedExecution): Verb {
    const random = this.#random;
    if (random.chance(0.12)) return random.pick(['cancel', 'pause', 'resume', 'forceContinue', 'rerun', 'retry', 'delete']);
    switch (phaseOf(tracked.execution.status)) {
      case 'waiting':
      case 'ongoing':
        return random.weighted({ pause: 60, cancel: 12, resume: 5, delete: 2 });
      case 'suspended':
        return random.weighted({ resume: 75, cancel: 15, delete: 4, pause: 6 });
      case 'ended':
        return random.weighted({ retry: 35, rerun: 30, forceContinue: 30, delete: 8, cancel: 5 });
    }
  }
}
