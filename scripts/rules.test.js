import assert from 'node:assert/strict';
import { test } from 'vitest';
import { cites, promisesCitedIn, rulesCitedIn } from './rules/citations.ts';
import { titlesIn } from './rules/test-titles.ts';

test('rules of executions are found in titles, those of other references are not', () => {
  assert.deepEqual(rulesCitedIn('it is cancelled (execution R46, R49)'), [46, 49]);
  assert.deepEqual(rulesCitedIn('each one (execution §6.5, R106, §13.2, R33)'), [106, 33]);
  assert.deepEqual(rulesCitedIn('an item (execution R96, data-and-stores R76, R77)'), [96]);
  assert.deepEqual(rulesCitedIn('a result (data-and-stores R71, R71b, execution R102)'), [102]);
  assert.deepEqual(rulesCitedIn('a request (rest R84), and D4 (R3)'), []);
});

test('promises are found in brackets only', () => {
  assert.deepEqual(promisesCitedIn('a late success is dropped (P1, I6, P22)'), [1, 22]);
  assert.deepEqual(promisesCitedIn('all of it (peers P3, P3) and more (execution R46)'), [3]);
  assert.deepEqual(promisesCitedIn('P50 is met, and P99 (p99, PID1)'), []);
});

test('a reference is cited as a whole only', () => {
  assert.equal(cites('a pause (execution R5)', 'R55'), false);
  assert.equal(cites('a pause (execution R55)', 'R5'), false);
  assert.equal(cites('a stop (execution §4.1, §13.2)', '§4.1'), true);
  assert.equal(cites('a stop (execution §4.10)', '§4.1'), false);
  assert.equal(cites('a stop (D14)', 'D1'), false);
  assert.equal(cites('a stop (D1)', 'D1'), true);
});

test('titles of tests are found, of groups and other strings not', () => {
  const source = `
    describe('a group (execution R1)', () => {
      test('one (execution R2)', () => { expect(f('x (execution R3)')).toBe(1); });
      test.each([
        ['a case (execution R4)', 1],
        ['a promise (P7)', 2],
        ['no case', 2],
      ])('%s', (_name, value) => {});
      test.each(['a'] as const)(
        '%s of many (execution R5)', async (name) => {},
      );
      it("it's quoted (execution R6)", { timeout: 1 }, () => {});
    });
    describe.each(kinds)('of %s (execution R7)', (kind) => {});
    const text = ['a comment (execution R8)'];`;
  const found = titlesIn(source).flatMap((title) => rulesCitedIn(title));
  assert.deepEqual(new Set(found), new Set([2, 4, 5, 6]));
  assert.deepEqual(titlesIn(source).flatMap(promisesCitedIn), [7]);
});
