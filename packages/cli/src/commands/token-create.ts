import type { LanewayClient } from '@laneway/client';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { caveatsOf, withCaveats, type CaveatOptions } from '../caveats.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { UsageError } from '../failure.ts';
import { tokenOwner, withTokenOwner, type OwnerOptions } from '../names/find-token.ts';
import { findInvited, inviteType } from '../places/invitation.ts';
import { privilegesIn } from '../privilege-lists.ts';
import { printJson, printLine, type Terminal } from '../terminal.ts';

interface CreateOptions extends ConnectionOptions, CaveatOptions, OwnerOptions {
  readonly type: 'access' | 'identity';
  readonly invite?: string;
  readonly groups?: boolean;
  readonly uses?: number;
  readonly privileges?: string;
  readonly temporary?: boolean;
  readonly json?: boolean;
}

const examples = `
Examples:
  laneway token create backup --expires 4w --ip 10.0.0.0/8
  laneway token create --temporary --expires 1h
  laneway token create "for Bob" --invite photos --uses 1
  laneway token create "for a team" --invite inventory:workflows --groups --privileges manager

--invite takes the name of a space, inventory:NAME or group:NAME. Who gets the token joins with "laneway join".`;

export function addTokenCreate(token: Command, terminal: Terminal): void {
  const create = token
    .command('create [name]')
    .description('make a token; without --temporary it has a name, by which it is found and revoked')
    .addOption(new Option('--type <type>', 'what it proves').choices(['access', 'identity']).default('access'))
    .option('--invite <place>', 'a token that invites a user to this space, inventory or group')
    .option('--groups', 'the token invites a group, not a user')
    .option('--uses <n>', 'how often an invitation can be used', parseCount)
    .option('--privileges <list>', 'comma-separated privileges or sets that an invitation gives')
    .option('--temporary', 'without a name; needs --expires of a week at most')
    .option('--json', 'print JSON')
    .addHelpText('after', examples);
  withConnection(withCaveats(withTokenOwner(create))).action(async (name: string | undefined, options: CreateOptions) => {
    const client = connect(options, terminal.env);
    const made = await createToken(client, name, options);
    if (options.json === true) printJson(terminal, made);
    else printLine(terminal, made.token);
  });
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('it has to be a positive number.');
  return Number(text);
}

async function createToken(
  client: LanewayClient,
  name: string | undefined,
  options: CreateOptions,
): Promise<{ readonly token: string; readonly tokenId?: string }> {
  const caveats = caveatsOf(options, Date.now());
  const owner = await tokenOwner(client, options);
  const { type, extras } = await kindOf(client, options);
  if (options.temporary === true) {
    if (name !== undefined) throw new UsageError('a temporary token has no name', 'leave out the name, or --temporary');
    return await client.tokens.createTemporary({ type, caveats }, owner);
  }
  if (name === undefined) throw new UsageError('the token has no name', 'give it one, or make a --temporary one');
  return await client.tokens.create({ name, type, caveats, ...extras }, owner);
}

interface Kind {
  readonly type: Readonly<Record<string, unknown>>;
  /** What only invitations have. */
  readonly extras: { readonly usageLimit?: number; readonly privileges?: readonly string[] };
}

async function kindOf(client: LanewayClient, { type, invite, groups, uses, privileges }: CreateOptions): Promise<Kind> {
  if (invite === undefined) {
    if (groups === true || uses !== undefined || privileges !== undefined) {
      throw new UsageError('--groups, --uses and --privileges are for invitations', 'name the place with --invite');
    }
    return { type: { [`${type}Token`]: {} }, extras: {} };
  }
  const place = await findInvited(client, invite);
  const given = await privilegesIn(client, place.kind, privileges);
  return {
    type: { inviteToken: inviteType(place, groups === true ? 'group' : 'user') },
    extras: { ...(uses === undefined ? {} : { usageLimit: uses }), ...(given === undefined ? {} : { privileges: given }) },
  };
}
