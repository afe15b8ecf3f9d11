import type { Command } from 'commander';
import { Argument } from 'commander';
import { printLine, type Terminal } from '../terminal.ts';

export function addCompletion(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', '\nExample:\n  source <(laneway completion bash)\n')
    .action((shell: 'bash' | 'zsh' | 'fish') => printLine(terminal, completionScript(shell, program)));
}

/** Command path → what may follow it, e.g. `space` → `create list`. */
export function completionWords(program: Command): Map<string, string[]> {
  const words = new Map<string, string[]>();
  const help = program.createHelp();
  const visit = (command: Command, path: string): void => {
    // What is not shown is not offered either.
    const children = help.visibleCommands(command).filter((child) => command.commands.includes(child));
    const options = command.options.flatMap((option) => (option.long === undefined ? [] : [option.long]));
    words.set(path, [...children.map((child) => child.name()), ...options, '--help']);
    for (const child of children) visit(child, `${path} ${child.name()}`.trim());
  };
  visit(program, '');
  return words;
}

function completionScript(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  const words = [...completionWords(program)];
  if (shell === 'fish') return words.flatMap(fishLines).join('\n');
  const cases = words.filter(([path]) => path !== '').map(([path, list]) => `    "${path}"*) words="${list.join(' ')}" ;;`);
  // The longest path first: a case takes the first pattern that fits.
  cases.sort((a, b) => b.indexOf('"*)') - a.indexOf('"*)'));
  const script = [
    '_laneway() {',
    '  local words path="${COMP_WORDS[*]:1:COMP_CWORD-1}"',
    '  case "$path" in',
    ...cases,
    `    *) words="${words[0]?.[1].join(' ') ?? ''}" ;;`,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -F _laneway laneway',
  ].join('\n');
  return shell === 'zsh' ? `autoload -Uz bashcompinit && bashcompinit\n${script}` : script;
}

function fishLines([path, list]: [string, string[]]): string[] {
  const condition = path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${path.split(' ').at(-1)}`;
  return list.map((word) =>
    word.startsWith('--')
      ? `complete -c laneway -n '${condition}' -l ${word.slice(2)}`
      : `complete -c laneway -f -n '${condition}' -a ${word}`,
  );
}
