/** What the shells offer for `laneway`. */
import { spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../src/program.ts';

async function scriptFor(shell: 'bash' | 'zsh' | 'fish'): Promise<string> {
  const out = new PassThrough();
  const printed = text(out);
  const terminal = { out, err: new PassThrough(), interactive: false, color: false, env: {} };
  await buildProgram(terminal, '1.2.3').parseAsync(['completion', shell], { from: 'user' });
  out.end();
  return await printed;
}

describe('bash', () => {
  async function offered(...words: readonly string[]): Promise<readonly string[]> {
    const script = `${await scriptFor('bash')}
      COMP_WORDS=("$0" "$@"); COMP_CWORD=$#
      _laneway
      printf '%s\n' "\${COMPREPLY[@]}"`;
    const { stdout, status, stderr } = spawnSync('bash', ['-c', script, 'laneway', ...words], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    return stdout.split('\n').filter((word) => word !== '');
  }

  test.each([
    ['commands', ['ser'], ['serve', 'series']],
    ['commands of a family', ['space', 'cr'], ['create']],
    ['options of that command alone', ['space', 'create', '--pa'], ['--path']],
    ['a command after an option with a value', ['audit', '--server', 'http://op.example', '--ent'], ['--entity']],
    ['the choices of an argument', ['bulk', 'ca'], ['cancel']],
    ['the choices of an option', ['store', 'x', '--format', ''], ['jsonl', 'csv']],
    ['nothing for a value of its own, so that the shell offers files', ['run', '--dir', ''], []],
    ['nothing for a file', ['run', 'exam'], []],
    ['no former names of commands', ['group', 'unn'], []],
    ['no command of another family', ['space', 'revo'], []],
  ])('%s', async (_name, words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  test('where nothing is offered the shell completes files, directories with a slash', async () => {
    expect(await scriptFor('bash')).toContain('complete -o default -F _laneway laneway');
  });
});

test('zsh starts its own completion where that has not been, and takes the script of bash', async () => {
  const [bash, zsh] = [await scriptFor('bash'), await scriptFor('zsh')];
  expect(zsh.endsWith(bash)).toBe(true);
  expect(zsh.slice(0, -bash.length)).toMatch(/whence compdef .* compinit [^]*bashcompinit\n$/);
});

test('fish asks for the whole command: one of the same name in another family does not count', async () => {
  const lines = (await scriptFor('fish')).split('\n');
  const at = (path: string): readonly string[] => lines.filter((line) => line.includes(`"__laneway_at '${path}'"`));
  expect(at('space create').some((line) => line.endsWith('-l path -r'))).toBe(true);
  expect(at('token create').some((line) => line.includes('-l path'))).toBe(false);
  expect(at('bulk').some((line) => line.endsWith(`-f -a 'cancel pause resume delete'`))).toBe(true);
  expect(at('store').some((line) => line.endsWith(`-l format -x -a 'jsonl csv'`))).toBe(true);
});
