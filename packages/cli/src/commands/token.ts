import { ApiError, type LanewayClient, type TokenDetails } from '@laneway/client';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { caveatsOf, withCaveats, type CaveatOptions } from '../caveats.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { findSpace } from '../run/choose-space.ts';
import { printJson, printLine, printTable, timeText, type Terminal } from '../terminal.ts';

type Json = ConnectionOptions & { readonly json?: boolean };

interface CreateOptions extends Json, CaveatOptions {
  readonly type: 'access' | 'identity';
  readonly invite?: string;
  readonly uses?: number;
  readonly privileges?: string;
  readonly temporary?: boolean;
}

export function addToken(program: Command, terminal: Terminal): void {
  const token = program.command('token').description('tokens: access for programs and people, invitations');
  addCreate(token, terminal);
  addList(token, terminal);
  addChanges(token, terminal);
  addExamine(token, terminal);
  addConfine(token, terminal);
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('it has to be a positive number.');
  return Number(text);
}

function addCreate(token: Command, terminal: Terminal): void {
  const create = token
    .command('create [name]')
    .description('make a token; without --temporary it has a name, by which it is found and revoked')
    .addOption(new Option('--type <type>', 'what it proves').choices(['access', 'identity']).default('access'))
    .option('--invite <space>', 'a token that invites a user to this space')
    .option('--uses <n>', 'how often an invitation can be used', parseCount)
    .option('--privileges <list>', 'comma-separated privileges that an invitation gives')
    .option('--temporary', 'without a name; needs --expires of a week at most')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  laneway token create backup --expires 4w --ip 10.0.0.0/8\n  laneway token create --temporary --expires 1h\n  laneway token create "for Bob" --invite photos --uses 1\n',
    );
  withConnection(withCaveats(create)).action(async (name: string | undefined, options: CreateOptions) => {
    const client = connect(options, terminal.env);
    const made = await createToken(client, name, options);
    if (options.json === true) printJson(terminal, made);
    else printLine(terminal, made.token);
  });
}

async function createToken(
  client: LanewayClient,
  name: string | undefined,
  options: CreateOptions,
): Promise<{ readonly token: string; readonly tokenId?: string }> {
  const caveats = caveatsOf(options, Date.now());
  const type = await typeOf(client, options);
  if (options.temporary === true) {
    if (name !== undefined) throw new CliError('a temporary token has no name', 'leave out the name, or --temporary');
    return await client.tokens.createTemporary({ type, caveats });
  }
  if (name === undefined) throw new CliError('the token has no name', 'give it one, or make a --temporary one');
  const invitation = {
    ...(options.uses === undefined ? {} : { usageLimit: options.uses }),
    ...(options.privileges === undefined ? {} : { privileges: options.privileges.split(',').map((privilege) => privilege.trim()) }),
  };
  return await client.tokens.create({ name, type, caveats, ...invitation });
}

async function typeOf(client: LanewayClient, { type, invite }: CreateOptions): Promise<Readonly<Record<string, unknown>>> {
  if (invite === undefined) return { [`${type}Token`]: {} };
  const { spaceId } = await findSpace(client, invite);
  return { inviteToken: { inviteType: 'userJoinSpace', spaceId } };
}

function addList(token: Command, terminal: Terminal): void {
  const list = token.command('list').description('your named tokens').option('--json', 'print JSON');
  withConnection(list).action(async (options: Json) => {
    const tokens = await connect(options, terminal.env).tokens.own();
    if (options.json === true) printJson(terminal, tokens.map(withoutText));
    else printTable(terminal, ['name', 'id', 'type', 'made', 'state'], tokens.map(rowOf));
  });
}

/** A list is looked at by others, too. */
function withoutText({ id, name, type, caveats, revoked, metadata }: TokenDetails): Omit<TokenDetails, 'token'> {
  return { id, name, type, caveats, revoked, metadata };
}

function rowOf({ name, id, type, metadata, revoked }: TokenDetails): readonly string[] {
  const [kind = ''] = Object.keys(type);
  return [name, id, kind.replace('Token', ''), timeText(metadata.creationTime), revoked ? 'revoked' : 'good'];
}

/** By its id, or by its name. */
async function idOf(client: LanewayClient, nameOrId: string): Promise<string> {
  try {
    return (await client.tokens.byName(nameOrId)).id;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return nameOrId;
    throw error;
  }
}

function addChanges(token: Command, terminal: Terminal): void {
  const one = (name: string, description: string, change: (client: LanewayClient, id: string) => Promise<void>): void => {
    withConnection(token.command(`${name} <token>`).description(description)).action(async (text: string, options: ConnectionOptions) => {
      const client = connect(options, terminal.env);
      await change(client, await idOf(client, text));
    });
  };
  one(
    'revoke',
    'make a token useless, named by name or id; what it started is interrupted',
    async (client, id) => await client.tokens.setRevoked(id, true),
  );
  one('restore', 'make a revoked token good again', async (client, id) => await client.tokens.setRevoked(id, false));
  one('delete', 'forget a token', async (client, id) => await client.tokens.delete(id));
  const temporary = token.command('revoke-temporary').description('make all your temporary tokens useless');
  withConnection(temporary).action(async (options: ConnectionOptions) => {
    await connect(options, terminal.env).tokens.revokeTemporary();
  });
}

function addExamine(token: Command, terminal: Terminal): void {
  const examine = token.command('examine <token>').description('what a token says of itself, given by its text');
  withConnection(examine).action(async (text: string, options: ConnectionOptions) => {
    printJson(terminal, await connect(options, terminal.env).verification.examine(text));
  });
}

function addConfine(token: Command, terminal: Terminal): void {
  const confine = token
    .command('confine <token>')
    .description('the same token, given by its text, with more caveats')
    .addHelpText('after', '\nExample:\n  laneway token confine "$TOKEN" --expires 1h --readonly\n');
  withConnection(withCaveats(confine)).action(async (text: string, options: ConnectionOptions & CaveatOptions) => {
    const caveats = caveatsOf(options, Date.now());
    if (caveats.length === 0) throw new CliError('there is nothing to confine it to', 'name caveats, such as --expires 1h');
    printLine(terminal, await connect(options, terminal.env).verification.confine(text, caveats));
  });
}
