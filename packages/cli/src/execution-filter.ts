/** The options by which commands choose executions of a space. */
import type { ExecutionFilter, LanewayClient } from '@laneway/client';
import { executionStatuses, phases, type ExecutionStatus, type Phase } from '@laneway/model';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { looksLikeId } from './names/choose.ts';
import { findWorkflow } from './names/find-in-inventory.ts';
import { findUser } from './names/find-user.ts';

export interface FilterOptions {
  readonly phase?: readonly Phase[];
  readonly status?: readonly ExecutionStatus[];
  readonly label?: readonly string[];
  readonly workflow?: string;
  readonly user?: string;
}

export function withFilter(command: Command): Command {
  return command
    .addOption(new Option('--phase <phases>', `one or more of ${phases.join(', ')}, separated by commas`).argParser(wordsOf(phases)))
    .addOption(
      new Option('--status <statuses>', `one or more of ${executionStatuses.join(', ')}, separated by commas`).argParser(
        wordsOf(executionStatuses),
      ),
    )
    .option('--label <name=value>', 'with this label; may be repeated, then all have to be there', collectLabel)
    .option('--workflow <name>', 'of this workflow schema, by name or id')
    .option('--user <name>', 'scheduled by this user, by name or id; "me" is you');
}

export function hasConditions({ phase, status, label, workflow, user }: FilterOptions): boolean {
  return [phase, status, label, workflow, user].some((condition) => condition !== undefined);
}

/** A name that nobody and nothing has is refused: nothing found would look like an answer. */
export async function filterOf(client: LanewayClient, { phase, status, label, workflow, user }: FilterOptions): Promise<ExecutionFilter> {
  return {
    ...(phase === undefined ? {} : { phase }),
    ...(status === undefined ? {} : { status }),
    ...(label === undefined ? {} : { label }),
    ...(workflow === undefined ? {} : { atmWorkflowSchemaId: await workflowId(client, workflow) }),
    ...(user === undefined ? {} : { userId: await findUser(client, user) }),
  };
}

/** An id counts as it is: what was scheduled stays when its workflow schema is gone. */
async function workflowId(client: LanewayClient, given: string): Promise<string> {
  return looksLikeId(given) ? given : (await findWorkflow(client, given)).atmWorkflowSchemaId;
}

function wordsOf<W extends string>(words: readonly W[]): (text: string) => readonly W[] {
  return (text) =>
    text.split(',').map((part) => {
      const word = words.find((known) => known === part.trim());
      if (word === undefined) throw new InvalidArgumentError(`"${part}" is none of ${words.join(', ')}.`);
      return word;
    });
}

export function collectLabel(text: string, previous: readonly string[] | undefined): readonly string[] {
  if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('A label is written name=value.');
  return collect(text, previous);
}

/** For options that may be repeated; they have no default, which the help would print as "[]". */
export function collect(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
