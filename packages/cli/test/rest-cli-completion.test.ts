/** What bash offers, by the completion script of the reference's clients (rest R145). */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { run } from './support/rest-cli.ts';

/** Bash splits a word at `=`. */
async function offered(program: 'oneprovider' | 'onezone', ...words: readonly string[]): Promise<readonly string[]> {
  const { printed } = await run(program, ['--completion', 'bash']);
  const script = `${printed}
    COMP_WORDS=("$0" "$@"); COMP_CWORD=$#
    _${program}_rest_cli
    printf '%s\n' "\${COMPREPLY[@]}"`;
  const { stdout, status, stderr } = spawnSync('bash', ['-c', script, `${program}-rest-cli`, ...words], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((word) => word !== '');
}

test.each([
  ['an operation', ['canc'], ['cancelWorkflowExecution']],
  ['an operation after the host', ['--host', 'https://op.example', 'pau'], ['pauseWorkflowExecution']],
  ['an option', ['--ab'], ['--about']],
  ['path parameters', ['cancelWorkflowExecution', 'w'], ['wid=']],
  ['keys of the body, after a parameter', ['rerunWorkflowExecution', 'wid', '=', '1', 'lane'], ['laneIndex==', 'laneRunNumber==']],
  ['query parameters', ['listWorkflowExecutions', 'o'], ['offset=']],
  ['media types', ['-ac', 'x'], ['xml']],
  ['nothing for a host', ['--host', ''], []],
])('%s', async (_name, words, expected) => {
  expect(await offered('oneprovider', ...words)).toEqual(expected);
});

test('the other client offers its own operations', async () => {
  expect(await offered('onezone', 'createUserAtm')).toEqual(['createUserAtmInventory']);
  expect(await offered('onezone', 'canc')).toEqual([]);
});

test('the script for zsh is that of bash, after the start of its completion where that has not been', async () => {
  const [bash, zsh] = [await run('onezone', ['--completion', 'bash']), await run('onezone', ['--completion', 'zsh'])];
  expect(zsh.printed).toBe(
    [
      'if ! whence compdef > /dev/null; then autoload -Uz compinit && compinit -D -i; fi',
      'autoload -Uz bashcompinit && bashcompinit',
      bash.printed,
    ].join('\n'),
  );
});
