import type { Command } from 'commander';
import { Argument } from 'commander';
import { bashScript, fishScript, zshScript } from '../completion/scripts.ts';
import { completionRows } from '../completion/words.ts';
import { printLine, type Terminal } from '../terminal.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export function addCompletion(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>').choices(Object.keys(scripts)))
    .addHelpText('after', '\nExamples:\n  source <(laneway completion bash)\n  laneway completion fish | source\n')
    .action((shell: keyof typeof scripts) => printLine(terminal, scripts[shell](completionRows(program))));
}
