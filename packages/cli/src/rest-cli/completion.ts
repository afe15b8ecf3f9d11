/** Completion scripts of the reference's clients (rest R145). */
import { zshPrelude } from '../completion/scripts.ts';
import { pathParametersOf, type Operation, type Service } from './operations.ts';
import { mediaTypes, plainOptions, valueOptions } from './parse.ts';

const options = [...Object.keys(plainOptions), ...Object.keys(valueOptions), '--force', '--dry-run', '--completion'];

/**
 * Operations, then the parameters of the one that is there, with the sign that belongs to them. After a sign there is nothing to offer,
 * as bash counts it as a word. zsh understands the script of bash.
 */
export function completionScript(shell: string, service: Service, operations: ReadonlyMap<string, Operation>): string {
  const program = `${service}-rest-cli`;
  const name = `_${program.replaceAll('-', '_')}`;
  return [
    ...(shell === 'zsh' ? [zshPrelude] : []),
    `${name}() {`,
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}" at words=""',
    '  COMPREPLY=()',
    '  case "$previous" in',
    '    --host | -u | --user | *=) return ;;',
    `    -ac | --accept | -ct | --content-type) words="${Object.keys(mediaTypes).join(' ')}" ;;`,
    '    --completion) words="bash zsh" ;;',
    '    *)',
    '      for ((at = 1; at < COMP_CWORD; at += 1)); do',
    '        case "${COMP_WORDS[at]}" in',
    ...[...operations.values()].map(
      (operation) => `          ${operation.name}) words="${parametersOf(operation).join(' ')}" at=$COMP_CWORD ;;`,
    ),
    '        esac',
    '      done',
    `      if ((at == COMP_CWORD)); then words="${[...operations.keys()].join(' ')}"; fi`,
    `      words="$words ${options.join(' ')}"`,
    '      ;;',
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  case "${COMPREPLY[0]-}" in *= | *:) compopt -o nospace 2> /dev/null ;; esac',
    '}',
    `complete -F ${name} ${program}`,
  ].join('\n');
}

function parametersOf(operation: Operation): readonly string[] {
  const signs = { query: '=', body: '==', header: ':' };
  return [
    ...pathParametersOf(operation).map((name) => `${name}=`),
    ...operation.parameters.map(({ name, in: place }) => `${name}${signs[place]}`),
  ];
}
