import { ApiError } from '@laneway/client';
import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { containerWords, findContainer } from '../names/find-container.ts';
import { invitationOf } from '../places/invitation.ts';
import { printJson, printLine, type Terminal } from '../terminal.ts';

interface JoinOptions extends ConnectionOptions {
  readonly asGroup?: string;
  readonly json?: boolean;
}

export function addJoin(program: Command, terminal: Terminal): void {
  const join = program
    .command('join <token>')
    .description('join the space, inventory or group that a token invites to, and print its id')
    .option('--as-group <group>', 'the group that joins, when the token invites a group')
    .option('--json', 'print {kind, id}')
    .addHelpText('after', '\nExamples:\n  laneway join "$TOKEN"\n  laneway join "$TOKEN" --as-group curators\n');
  withConnection(join).action(async (token: string, options: JoinOptions) => {
    const client = connect(options, terminal.env);
    const { type } = await client.verification.examine(token);
    const { kind, invited } = invitationOf(type);
    if (invited === 'group' && options.asGroup === undefined) {
      throw new CliError('the token invites a group', 'name the one that joins with --as-group');
    }
    if (invited === 'user' && options.asGroup !== undefined) {
      throw new CliError('the token invites a user, not a group', 'leave out --as-group');
    }
    const belonger = options.asGroup === undefined ? 'self' : { groupId: (await findContainer(client, 'groups', options.asGroup)).id };
    const id = await client.belongings.join(belonger, kind, token).catch(explained);
    if (options.json === true) printJson(terminal, { kind: containerWords[kind].one, id });
    else printLine(terminal, id);
  });
}

const hints: Readonly<Record<string, string>> = {
  inviteTokenUsageLimitReached: 'ask who sent it for another one',
  inviteTokenSubjectNotAuthorized: 'who made it may not invite any more; ask somebody else',
  relationAlreadyExists: 'there is nothing to do',
};

function explained(error: unknown): never {
  const hint = error instanceof ApiError ? hints[error.error.id] : undefined;
  throw hint === undefined || !(error instanceof ApiError) ? error : new CliError(`${error.message} [${error.error.id}]`, hint);
}
