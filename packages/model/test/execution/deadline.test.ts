import { describe, expect, test } from 'vitest';
import { Scenario } from './scenario.ts';

const passed = { kind: 'deadlinePassed', note: 'too long' } as const;
const withDeadline = (): Scenario => new Scenario({ over: { deadlineAt: 2_000_000 } });

describe('the deadline of an execution (extension)', () => {
  test('is a cancel by the engine itself, with its reason', () => {
    const scenario = withDeadline().active('1.1').step(passed);
    expect(scenario.execution).toMatchObject({
      status: 'stopping',
      current: { stoppingReason: 'cancel' },
      stop: { reason: 'cancel', actor: null, note: 'too long' },
    });
    expect(scenario.effects).toContainEqual({ kind: 'closeGate', laneRunId: 'run-1', mode: 'abort' });
    expect(scenario.stopped().finish().execution).toMatchObject({ status: 'cancelled', deadlineAt: null });
  });

  test('raises a pause, and ends a paused execution at once', () => {
    const pause = { kind: 'pause', actor: 'user', note: null } as const;
    expect(withDeadline().active('1.1').step(pause).step(passed).execution.current.stoppingReason).toBe('cancel');
    const paused = withDeadline().active('1.1').step(pause).stopped().finish();
    expect(paused.execution).toMatchObject({ status: 'paused', deadlineAt: 2_000_000 });
    expect(paused.step(passed).execution).toMatchObject({ status: 'cancelled', deadlineAt: null });
  });

  test('ends with the execution: after a repeat there is none (I1)', () => {
    const scenario = withDeadline().active('1.1').step({ kind: 'cancel', actor: 'user', note: null }).stopped().finish();
    expect(scenario.ask(passed)).toBe('atmWorkflowExecutionEnded');
    scenario.step({ kind: 'rerun', actor: 'user', laneIndex: 1, laneRunNumber: 1, newRunId: 'run-2' });
    expect(scenario.status).toBe('scheduled');
    expect(scenario.ask(passed)).toBe('atmWorkflowExecutionEnded');
  });

  test('is nothing to one that was given none', () => {
    const scenario = new Scenario().active('1.1');
    expect(scenario.ask(passed)).toBe('atmWorkflowExecutionEnded');
    expect(scenario.execution).not.toHaveProperty('deadlineAt');
  });
});
