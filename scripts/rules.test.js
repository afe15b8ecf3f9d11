import assert from 'node:assert/strict';
import { test } from 'vitest';
import { citedOf, cites, citingTests, promisesCitedIn } from './rules/citations.ts';
import { orderProblems } from './rules/rule-book.ts';
import { titlesIn } from './rules/test-titles.ts';

const execution = (title) => citedOf('execution', title);
const data = (title) => citedOf('data-and-stores', title);

test('a name belongs to the reference that stands before it', () => {
  assert.deepEqual(execution('it is cancelled (execution R46, R49)'), ['R46', 'R49']);
  assert.deepEqual(execution('each one (execution §6.5, R106, §13.2, R33)'), ['§6.5', 'R106', '§13.2', 'R33']);
  assert.deepEqual(execution('an item (execution R96, data-and-stores R76, R77)'), ['R96']);
  assert.deepEqual(data('an item (execution R96, data-and-stores R76, R77)'), ['R76', 'R77']);
  assert.deepEqual(execution('a result (data-and-stores R71, R71b, execution R102)'), ['R102']);
  assert.deepEqual(data('a result (data-and-stores R71, R71b, §6.3, execution R102, R71)'), ['R71', 'R71b', '§6.3']);
  assert.deepEqual(execution('a request (rest R84), and D4 (R3)'), []);
});

test('promises are found in brackets only', () => {
  assert.deepEqual(promisesCitedIn('a late success is dropped (P1, I6, P22)'), ['P1', 'P22']);
  assert.deepEqual(promisesCitedIn('all of it (peers P3, P3) and more (execution R46)'), ['P3']);
  assert.deepEqual(promisesCitedIn('P50 is met, and P99 (p99, PID1)'), []);
});

test('a name is cited as a whole only, and of its own reference', () => {
  assert.equal(cites('execution', 'a pause (execution R5)', 'R55'), false);
  assert.equal(cites('execution', 'a pause (execution R55)', 'R5'), false);
  assert.equal(cites('data-and-stores', 'an answer (data-and-stores R71a)', 'R71'), false);
  assert.equal(cites('data-and-stores', 'an answer (data-and-stores R71a)', 'R71a'), true);
  assert.equal(cites('execution', 'an answer (data-and-stores R71)', 'R71'), false);
  assert.equal(cites('execution', 'a stop (execution §4.1, §13.2)', '§4.1'), true);
  assert.equal(cites('execution', 'a stop (execution §4.10)', '§4.1'), false);
  assert.equal(cites('execution', 'a stop (D14)', 'D1'), false);
  assert.equal(cites('data-and-stores', 'a stop (D1)', 'D1'), true);
});

test('tests to run for a mutant are those that cite what it breaks, without PostgreSQL', () => {
  const matches = (cited, title, reference = 'data-and-stores') => citingTests([{ reference, cited }]).test(title);
  assert.equal(matches('R24', 'stores on SQLite lists pages (data-and-stores R22, R24)'), true);
  assert.equal(matches('R24', 'stores on PostgreSQL lists pages (data-and-stores R22, R24)'), false);
  assert.equal(matches('R24', 'a list on postgres gives (data-and-stores R24)'), false);
  assert.equal(matches('R24', 'pages (data-and-stores R22, execution R24)'), false);
  assert.equal(matches('R24', 'pages (data-and-stores R22, execution R24)', 'execution'), true);
  assert.equal(matches('R71', 'answers (data-and-stores R71a)'), false);
  assert.equal(matches('§5.3', 'ranges (execution R93, data-and-stores §5.3, R34)'), true);
  assert.equal(matches('§5.3', 'ranges (data-and-stores §5.31)'), false);
  assert.equal(matches('D1', 'an item (data-and-stores R70, D1)'), true);
  assert.equal(matches('D1', 'an item (D14)'), false);
});

test('rules follow each other, letters stand behind their number', () => {
  const problems = (...names) =>
    orderProblems({ file: 'x', sections: [{ rules: names.map((name) => ({ name })) }] }).map((problem) => problem.split(' ')[1]);
  assert.deepEqual(problems('§2', 'R1', 'R2', 'R2a', 'R2b', '§3', 'R3'), []);
  assert.deepEqual(problems('R1', 'R3', 'R4'), ['R3']);
  assert.deepEqual(problems('R1', 'R1', 'R2a'), ['R1', 'R2a']);
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
  const found = titlesIn(source).flatMap(execution);
  assert.deepEqual(new Set(found), new Set(['R2', 'R4', 'R5', 'R6']));
  assert.deepEqual(titlesIn(source).flatMap(promisesCitedIn), ['P7']);
});
