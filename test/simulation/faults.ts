/**
 * What goes wrong, and when: windows in which requests to the store fail, lose their answer, are slow or hang, one kind of
 * request that fails again and again, runtimes and access that are away. Nodes that die or freeze: nodes.ts.
 */
import type { Random } from './random.ts';
import type { StoreCall, Treatment } from './store.ts';
import type { Input } from './tracker.ts';
import type { Life, World } from './world.ts';

export type StoreTrouble = 'before' | 'after' | 'both' | 'slow' | 'slowAnswer' | 'away' | 'hang';

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface StoreWindow extends Window {
  readonly trouble: StoreTrouble;
  /** null: all nodes. */
  readonly nodeId: string | null;
  /** Share of the requests that it hits. */
  readonly share: number;
  /** Only requests of this name, or transitions of this kind; null: all. */
  readonly only: string | null;
}

export interface RuntimeWindow extends Window {
  readonly kind: 'failed' | 'unavailable' | 'slow';
  /** Beginning of the names of the lambdas that it hits, and the node; absent: all. */
  readonly only?: string;
  readonly nodeId?: string;
}

export interface FaultPlan {
  readonly store: readonly StoreWindow[];
  readonly runtimes: readonly RuntimeWindow[];
  readonly noAccess: readonly Window[];
}

const verbs = ['claimSlice', 'commitJobs', 'saveTransition', 'returnSlices', 'renewNode', 'openWork', 'stopEpochs', 'loadExecution'];
const kinds = [
  'componentsCreated',
  'laneRunPrepared',
  'tasksStarted',
  'tasksConcluded',
  'laneRunDrained',
  'laneRunStopped',
  'executionDrained',
];

export function planFaults(random: Random, nodeIds: readonly string[], endMs: number): FaultPlan {
  const store: StoreWindow[] = [];
  const windowCount = random.int(1, 4);
  for (let index = 0; index < windowCount; index += 1) {
    const fromMs = random.between(0, endMs);
    const isNarrow = random.chance(0.4);
    const trouble = random.pick<StoreTrouble>(['before', 'after', 'both', 'slow', 'slowAnswer', 'away', 'hang']);
    const only = isNarrow ? random.pick([...verbs, ...kinds]) : null;
    const lengthMs = isNarrow ? random.between(200, 15_000) : random.pick([100, 600, 2500, 5000, 9000]) * random.between(0.5, 1.2);
    store.push({
      fromMs,
      toMs: fromMs + lengthMs,
      trouble: isNarrow && (trouble === 'away' || trouble === 'hang') ? 'before' : trouble,
      nodeId: random.chance(0.5) ? random.pick(nodeIds) : null,
      share: isNarrow ? random.pick([0.4, 1]) : random.pick([0.05, 0.2, 0.5, 1]),
      only,
    });
  }
  // Every seed has some small trouble.
  const fromMs = random.between(100, endMs / 2);
  store.push({ fromMs, toMs: fromMs + 2500, trouble: random.pick(['before', 'after', 'both']), nodeId: null, share: 0.4, only: null });
  const windows = (count: number): Window[] =>
    Array.from({ length: count }, () => {
      const fromMs = random.between(0, endMs);
      return { fromMs, toMs: fromMs + random.between(300, 8000) };
    });
  const runtimes = windows(random.int(0, 2)).map((window) => ({
    ...window,
    kind: random.pick<RuntimeWindow['kind']>(['failed', 'unavailable', 'slow', 'slow']),
  }));
  return { store, runtimes, noAccess: random.chance(0.3) ? windows(1) : [] };
}

export class Faults {
  /** How many requests, preparations and looks were hit. */
  count = 0;
  /** Every request fails, until enough has gone wrong. */
  isForced = false;
  readonly #world: World;
  readonly #random: Random;
  readonly #plan: FaultPlan;

  constructor(world: World, random: Random, plan: FaultPlan) {
    this.#world = world;
    this.#random = random;
    this.#plan = plan;
  }

  treat(call: StoreCall, input: Input | undefined): Treatment {
    if (this.isForced) {
      this.count += 1;
      return { fault: 'before', delayMs: 1 };
    }
    for (const window of this.#plan.store) {
      if (!this.#hits(window, call, input)) continue;
      this.count += 1;
      return this.#treatment(window);
    }
    return { fault: null, delayMs: 0 };
  }

  #hits(window: StoreWindow, call: StoreCall, input: Input | undefined): boolean {
    if (!this.#isNow(window)) return false;
    if (window.nodeId !== null && window.nodeId !== call.life.nodeId) return false;
    if (window.only !== null && window.only !== call.verb.name && window.only !== input?.kind) return false;
    return window.share >= 1 || this.#random.chance(window.share);
  }

  #treatment({ trouble, toMs }: StoreWindow): Treatment {
    const random = this.#random;
    switch (trouble) {
      case 'before':
        return { fault: 'before', delayMs: random.between(0.1, 20) };
      case 'after':
        return { fault: 'after', delayMs: 0 };
      case 'both':
        return { fault: random.pick(['before', 'after'] as const), delayMs: random.between(0, 5) };
      case 'slow':
        return { fault: null, delayMs: random.between(50, 1500) };
      case 'slowAnswer':
        return { fault: null, delayMs: 0, answerDelayMs: random.pick([60, 150, 2000]) * random.between(0.5, 1) };
      case 'away':
        return { fault: 'before', delayMs: random.between(0.1, 3) };
      case 'hang':
        return { fault: random.pick(['before', 'after', null]), delayMs: toMs - this.#world.now + random.between(0, 50) };
    }
  }

  preparing(life: Life, lambda: string): { readonly kind: 'ready' | 'failed' | 'unavailable'; readonly delayMs: number } {
    const window = this.#plan.runtimes.find(
      ({ only, nodeId, ...candidate }) =>
        this.#isNow(candidate) && lambda.startsWith(only ?? '') && (nodeId === undefined || nodeId === life.nodeId),
    );
    const delayMs = this.#random.pick([1, 5, 30, 300]) * this.#random.between(0.5, 1.5);
    if (window === undefined) return { kind: 'ready', delayMs };
    this.count += 1;
    if (window.kind === 'slow') return { kind: 'ready', delayMs: this.#random.between(500, 4000) };
    return { kind: window.kind, delayMs };
  }

  hasAccess(): boolean {
    const isAway = this.#plan.noAccess.some((window) => this.#isNow(window));
    if (isAway) this.count += 1;
    return !isAway;
  }

  /** When the last trouble that has begun by now ends. */
  endOfTrouble(): number {
    return Math.max(0, ...this.#plan.store.filter((window) => window.fromMs <= this.#world.now).map((window) => window.toMs + 60));
  }

  lastMs(): number {
    return Math.max(0, ...[...this.#plan.store, ...this.#plan.runtimes, ...this.#plan.noAccess].map((window) => window.toMs));
  }

  #isNow(window: Window): boolean {
    return window.fromMs <= this.#world.now && this.#world.now < window.toMs;
  }
}
