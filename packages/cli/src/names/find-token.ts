import type { LanewayClient, TokenDetails, TokenOwner } from '@laneway/client';
import { Option, type Command } from 'commander';
import { CliError } from '../failure.ts';
import { looksLikeId } from './choose.ts';
import { findUser } from './find-user.ts';
import { orNothing } from './find-container.ts';

export interface OwnerOptions {
  readonly user?: string;
  readonly provider?: string;
}

export function withTokenOwner(command: Command): Command {
  return command
    .option('--user <name>', 'tokens of this user (administrators)')
    .addOption(new Option('--provider <id>', 'tokens of the provider (administrators)').conflicts('user'));
}

export async function tokenOwner(client: LanewayClient, { user, provider }: OwnerOptions): Promise<TokenOwner> {
  if (provider !== undefined) return { providerId: provider };
  return user === undefined ? 'self' : { userId: await findUser(client, user) };
}

/** A named token by its name, or by its id. */
export async function findToken(client: LanewayClient, given: string, options: OwnerOptions = {}): Promise<TokenDetails> {
  const byName = await orNothing(client.tokens.byName(given, await tokenOwner(client, options)), 404);
  if (byName !== undefined) return byName;
  const byId = looksLikeId(given) ? await orNothing(client.tokens.get(given), 404) : undefined;
  if (byId === undefined) throw new CliError(`there is no token "${given}"`, 'see "laneway token list"');
  return byId;
}
