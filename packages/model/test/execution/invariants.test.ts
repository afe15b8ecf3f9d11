import { expect, test } from 'vitest';
import { checkInvariants } from '../../src/execution/invariants.ts';
import type { Reduction } from '../../src/execution/messages.ts';
import { reduce } from '../../src/execution/reduce.ts';
import { cancel } from './fixtures.ts';
import { Scenario } from './scenario.ts';

type Changed = Extract<Reduction, { readonly kind: 'changed' }>;

const before = new Scenario().active('1.1').execution;

function cancelled(): Changed {
  const reduction = reduce(before, cancel, { ms: 2_000_000 });
  if (reduction.kind !== 'changed') throw new Error('a cancel of an active execution changes it');
  return reduction;
}

function problemsOf(tampered: Partial<Omit<Changed, 'kind'>>): string {
  return checkInvariants(before, cancel, { ...cancelled(), ...tampered }).join('\n');
}

test('a transition as it is keeps every promise', () => {
  expect(problemsOf({})).toBe('');
});

test('a status that changed without an event is noticed (I11)', () => {
  const { execution, changes } = cancelled();
  expect(problemsOf({ changes: changes.slice(1), execution: { ...execution, version: execution.version - 1 } })).toContain(
    'I11: lane run 1/1',
  );
});

test('an event that begins elsewhere is noticed (I15)', () => {
  const changes = cancelled().changes.map((change, index) => (index === 0 ? { ...change, from: 'enqueued' } : change));
  expect(problemsOf({ changes })).toContain('I15: lane run 1/1 was active');
});

test('a version that does not count the events is noticed (I15)', () => {
  const { execution } = cancelled();
  expect(problemsOf({ execution: { ...execution, version: execution.version + 1 } })).toContain('V: ');
});

test('a gate that stays open and a cancel that is not recorded are noticed (I3)', () => {
  const { execution } = cancelled();
  expect(problemsOf({ effects: [] })).toContain('C: the gate stays open');
  expect(problemsOf({ execution: { ...execution, current: { ...execution.current, stoppingReason: 'pause' } } })).toContain('C: cancelled');
});

test('an ended execution that is left is noticed (I1)', () => {
  const ended = new Scenario().step(cancel).stopped().finish().execution;
  expect(checkInvariants(ended, cancel, cancelled()).join('\n')).toContain('I1: cancelled was left');
});

test('a cancel without effect on running work is noticed', () => {
  expect(checkInvariants(before, cancel, { kind: 'unchanged' })).toEqual([
    'C: a cancel changed nothing while the lane run is active (null)',
  ]);
});
