/** What happens to the nodes of a simulation: workflows are scheduled, users act, nodes die, freeze and leave, by plan or upon something. */
import type { SimulatedNode } from './nodes.ts';
import { spaceId } from './memory-database.ts';
import type { Crash, Scenario, Trigger } from './scenario.ts';
import type { StoreCall } from './store.ts';
import type { Input, Tracker } from './tracker.ts';
import type { Users } from './users.ts';
import type { World } from './world.ts';

/** How long a leaving node may take with its jobs. */
const leaveMs = 30_000;
const scriptEveryMs = 60;

export interface StageParts {
  readonly world: World;
  readonly scenario: Scenario;
  readonly tracker: Tracker;
  readonly nodes: readonly SimulatedNode[];
  readonly users: Users;
}

export class Stage {
  /** Until when nodes are not what they should be. */
  troubleUntil = 0;
  faultCount = 0;
  /** Nothing goes wrong any more. */
  isCalm = false;
  /** Requests that may write, of all nodes. */
  callCount = 0;
  readonly #parts: StageParts;
  /** When nodes were dead, frozen or on their way out. */
  readonly #spans: { readonly fromMs: number; readonly toMs: number }[] = [];
  readonly #triggersLeft: { readonly trigger: Trigger; left: number }[];
  readonly #crashesLeft: Crash[];
  #callsSinceCrash = 0;
  #scriptStep = 0;
  readonly #dying = new WeakSet<object>();

  constructor(parts: StageParts) {
    this.#parts = parts;
    this.#triggersLeft = parts.scenario.triggers.map((trigger) => ({ trigger, left: trigger.occurrence }));
    this.#crashesLeft = [...parts.scenario.crashes];
  }

  begin(): void {
    const { world, scenario, nodes } = this.#parts;
    for (const node of nodes) node.start();
    for (const [index, planned] of scenario.workflows.entries()) {
      world.after(planned.atMs, null, `workflow ${index + 1} is scheduled`, () => this.#schedule(index, 0));
    }
    for (const action of scenario.actions) world.after(action.atMs, null, action.kind, () => this.#act(action));
    if (scenario.script.length > 0) this.#followScript();
  }

  get isScriptDone(): boolean {
    return this.#scriptStep >= this.#parts.scenario.script.length;
  }

  wasDisturbed(fromMs: number, toMs: number): boolean {
    return this.#spans.some((span) => span.fromMs - 100 < toMs + 100 && fromMs < span.toMs);
  }

  /** A request that may write is being sent; true: its sender dies right now, and it is never done. */
  sent(call: StoreCall, input: Input | undefined): boolean {
    this.#trigger('sent', input, call);
    if (call.verb.class === 'read') return false;
    this.callCount += 1;
    this.#callsSinceCrash += 1;
    const [next] = this.#crashesLeft;
    if (next === undefined || next.call !== this.#callsSinceCrash) return false;
    this.#crashesLeft.shift();
    if (next.moment === 'after') {
      this.#dying.add(call);
      return false;
    }
    this.#parts.world.after(0, null, `crash before ${call.verb.name}`, () => this.#crash(call));
    return true;
  }

  /** The request is done, and its answer is on its way. */
  done(call: StoreCall, input: Input | undefined, isSaved: boolean): void {
    this.#trigger('done', isSaved ? input : undefined, call);
    if (!this.#dying.has(call)) return;
    this.#parts.world.note(`crash after ${call.verb.name}`);
    this.#crash(call);
  }

  #crash({ life }: StoreCall): void {
    const node = this.#parts.nodes.find((candidate) => candidate.life === life);
    this.#callsSinceCrash = 0;
    if (node !== undefined) this.#disturb(node, { kind: 'kill', lengthMs: this.#parts.scenario.awayMs });
  }

  /** A user who asks until it is as wanted, whoever dies meanwhile. */
  #followScript(): void {
    const { world, scenario, tracker, users } = this.#parts;
    const step = scenario.script[this.#scriptStep];
    if (step === undefined) return;
    const [tracked] = tracker.executions.values();
    if (tracked !== undefined) {
      if (step.until(tracked)) this.#scriptStep += 1;
      else if (step.when(tracked)) users.send(step.verb, tracked, undefined, step.laneIndex);
    }
    world.after(scriptEveryMs, null, 'the user looks', () => this.#followScript());
  }

  #schedule(index: number, attempt: number): void {
    const { world, scenario, nodes, tracker } = this.#parts;
    const workflow = scenario.workflows[index]?.workflow;
    const node = nodes.find((candidate) => candidate.isUp && candidate.life?.state === 'alive');
    const again = (delayMs: number): void => {
      if (attempt < 60) world.after(delayMs, null, 'schedules again', () => this.#schedule(index, attempt + 1));
    };
    if (scenario.crashes.length > 0 && tracker.executions.size > index) return;
    if (workflow === undefined || node?.engine === undefined || node.life === undefined) return again(500);
    const { engine, life } = node;
    world.after(0, life, 'schedules', () => {
      void engine.executions.schedule({ ...workflow.request, spaceId }).then(
        (result) => world.note(`scheduled: ${result.ok ? result.value.executionId : result.error.description}`),
        () => again(500),
      );
    });
    if (scenario.crashes.length > 0) again(1000);
  }

  #act(action: Scenario['actions'][number]): void {
    const { nodes, tracker, users } = this.#parts;
    if (action.kind === 'command') {
      if (action.verb === undefined) return users.act();
      for (const tracked of tracker.executions.values()) users.send(action.verb, tracked, action.nodeId);
      return;
    }
    const node = nodes.find((candidate) => candidate.nodeId === action.nodeId);
    if (node !== undefined) this.#disturb(node, action);
  }

  #disturb(node: SimulatedNode, action: { readonly kind: 'kill' | 'freeze' | 'leave'; readonly lengthMs: number }): void {
    const { world } = this.#parts;
    const { life } = node;
    this.faultCount += 1;
    this.#spans.push({ fromMs: world.now, toMs: world.now + action.lengthMs + leaveMs });
    this.troubleUntil = Math.max(this.troubleUntil, world.now + action.lengthMs + 100);
    const back = (): void => void world.after(action.lengthMs, null, `${node.nodeId} comes back`, () => node.start());
    switch (action.kind) {
      case 'kill':
        if (life === undefined) return;
        node.kill();
        return back();
      case 'freeze':
        if (life?.state !== 'alive') return;
        world.freeze(life);
        world.after(action.lengthMs, null, `${life.name} wakes`, () => world.wake(life));
        return;
      case 'leave':
        if (life?.state !== 'alive' || !node.isUp) return;
        this.troubleUntil = Math.max(this.troubleUntil, world.now + leaveMs);
        node.leave(() => {
          this.troubleUntil = world.now + action.lengthMs + 100;
          if (life.state !== 'dead') node.kill();
          back();
        });
    }
  }

  #trigger(moment: Trigger['moment'], input: Input | undefined, { life, verb }: StoreCall): void {
    if (this.isCalm) return;
    for (const waiting of this.#triggersLeft) {
      const { on, delayMs, what } = waiting.trigger;
      if ((on !== input?.kind && on !== verb.name) || moment !== waiting.trigger.moment) continue;
      waiting.left -= 1;
      if (waiting.left !== 0) continue;
      this.#parts.world.after(delayMs, null, `${what.kind} upon ${on}`, () => {
        const node = this.#parts.nodes.find((candidate) => candidate.life === life);
        if (what.kind === 'command') this.#act({ ...what, atMs: 0 });
        else if (node !== undefined && !this.isCalm) this.#disturb(node, what);
      });
    }
  }
}
