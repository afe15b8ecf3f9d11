/** What may follow on a command line, drawn from the commands themselves. */
import type { Command } from 'commander';

/** What may come after a command, or as the value of one of its options. */
export interface CompletionRow {
  /** Like `space create`; empty for the program itself. */
  readonly path: string;
  /** Commands below it, or the choices of its argument. */
  readonly words: readonly string[];
  readonly options: readonly OptionRow[];
}

export interface OptionRow {
  readonly name: string;
  /** It is followed by a value; of `choices` when there are any, else of a file or anything. */
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/** A row for each command; what is not shown by the help is not offered either. */
export function completionRows(program: Command): readonly CompletionRow[] {
  const help = program.createHelp();
  const rows = (command: Command, path: string): readonly CompletionRow[] => {
    const children = help.visibleCommands(command).filter((child) => command.commands.includes(child));
    const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
    const row = { path, words: [...children.map((child) => child.name()), ...choices], options: optionsOf(command) };
    return [row, ...children.flatMap((child) => rows(child, `${path} ${child.name()}`.trim()))];
  };
  return rows(program, '');
}

function optionsOf(command: Command): readonly OptionRow[] {
  const own = command.options.flatMap((option) =>
    option.long === undefined || option.hidden
      ? []
      : [{ name: option.long, takesValue: option.required || option.optional, choices: option.argChoices ?? [] }],
  );
  return [...own, { name: '--help', takesValue: false, choices: [] }];
}
