/** Completion scripts of the three shells. Where nothing is to be offered they leave it to the shell, which offers files. */
import type { CompletionRow } from './words.ts';

type Rows = readonly CompletionRow[];

/** The words before the current one are walked once: they tell the command, and whether a value of an option is due. */
export function bashScript(rows: Rows): string {
  const commands = rows.filter(({ path }) => path !== '').map(({ path }) => `      '${path}') path="$next" ;;`);
  const words = rows.map(({ path, words: own, options }) => {
    return `    '${path}') words='${[...own, ...options.map(({ name }) => name)].join(' ')}' ;;`;
  });
  const values = rows.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ name, choices }) => `    '${path} ${name}') words='${choices.join(' ')}'; value=1 ;;`),
  );
  return [
    '_laneway() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}" path="" next="" words="" value="" at',
    '  COMPREPLY=()',
    '  for ((at = 1; at < COMP_CWORD; at += 1)); do',
    '    next="${path:+$path }${COMP_WORDS[at]}"',
    '    case "$next" in',
    ...commands,
    '    esac',
    '  done',
    '  case "$path $previous" in',
    ...values,
    '  esac',
    '  [ -n "$value" ] || case "$path" in',
    ...words,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _laneway laneway',
  ].join('\n');
}

/** zsh runs the script of bash once its own completion is there, which a bare zsh has not started. */
export const zshPrelude = [
  'if ! whence compdef > /dev/null; then autoload -Uz compinit && compinit -D -i; fi',
  'autoload -Uz bashcompinit && bashcompinit',
].join('\n');

export function zshScript(rows: Rows): string {
  return `${zshPrelude}\n${bashScript(rows)}`;
}

/** `__laneway_at PATH`: the words so far name this command, and none below it. */
export function fishScript(rows: Rows): string {
  const commands = rows.filter(({ path }) => path !== '').map(({ path }) => `      case '${path}'\n        set path $next`);
  return [
    'function __laneway_at',
    '  set -l path',
    '  for word in (commandline -opc)[2..-1]',
    '    set -l next (string join " " -- $path $word)',
    '    switch $next',
    ...commands,
    '    end',
    '  end',
    '  test "$path" = "$argv[1]"',
    'end',
    ...rows.flatMap(fishLines),
  ].join('\n');
}

function fishLines({ path, words, options }: CompletionRow): readonly string[] {
  const here = `complete -c laneway -n "__laneway_at '${path}'"`;
  return [
    ...(words.length === 0 ? [] : [`${here} -f -a '${words.join(' ')}'`]),
    ...options.map(({ name, takesValue, choices }) => {
      const value = choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : takesValue ? ' -r' : '';
      return `${here} -l ${name.slice(2)}${value}`;
    }),
  ];
}
