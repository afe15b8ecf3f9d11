import { gather, type LanewayClient, type TokenDetails, type TokenOwner } from '@laneway/client';
import { Option, type Command } from 'commander';
import { confirm, withConfirmation, type ConfirmOptions } from '../confirm.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { orNothing } from '../names/find-container.ts';
import { findToken, tokenOwner, withTokenOwner, type OwnerOptions } from '../names/find-token.ts';
import { isRecord } from '../run/dump.ts';
import { printJson, printLine, printTable, timeText, type Terminal } from '../terminal.ts';
import { addTokenCreate } from './token-create.ts';
import { addTokenQuestions } from './token-questions.ts';

type Json = ConnectionOptions & OwnerOptions & { readonly json?: boolean };

export function addToken(program: Command, terminal: Terminal): void {
  const token = program.command('token').description('tokens: access for programs and people, invitations');
  addTokenCreate(token, terminal);
  addList(token, terminal);
  addShow(token, terminal);
  addChanges(token, terminal);
  addEndOfAll(token, terminal);
  addTokenQuestions(token, terminal);
}

function addList(token: Command, terminal: Terminal): void {
  const list = token
    .command('list')
    .description('your named tokens')
    .addOption(new Option('--all', 'all of the server (administrators)').conflicts(['user', 'provider']))
    .option('--json', 'print JSON');
  withConnection(withTokenOwner(list)).action(async (options: Json & { readonly all?: boolean }) => {
    const client = connect(options, terminal.env);
    const ids = options.all === true ? await client.tokens.all() : await client.tokens.ids(await tokenOwner(client, options));
    const found = await gather(ids, async (id) => await orNothing(client.tokens.get(id), 404));
    const tokens = found.filter((one) => one !== undefined);
    if (options.json === true) printJson(terminal, tokens.map(withoutText));
    else printTable(terminal, ['name', 'id', 'type', 'made', 'state'], tokens.map(rowOf));
  });
}

/** A list is looked at by others, too. */
function withoutText({ id, name, type, caveats, revoked, metadata }: TokenDetails): Omit<TokenDetails, 'token'> {
  return { id, name, type, caveats, revoked, metadata };
}

function rowOf({ name, id, type, metadata, caveats, revoked }: TokenDetails): readonly string[] {
  const [kind = ''] = Object.keys(type);
  const ends = caveats.flatMap((caveat) => (isRecord(caveat) && caveat['type'] === 'time' ? [Number(caveat['validUntil'])] : []));
  const state = revoked ? 'revoked' : Math.min(...ends) * 1000 < Date.now() ? 'expired' : 'good';
  return [name, id, kind.replace('Token', ''), timeText(metadata.creationTime), state];
}

function addShow(token: Command, terminal: Terminal): void {
  const show = token
    .command('show <token>')
    .description('a named token as JSON, without its text')
    .option('--text', 'print the text of the token and nothing else');
  withConnection(withTokenOwner(show)).action(async (given: string, options: Json & { readonly text?: boolean }) => {
    const found = await findToken(connect(options, terminal.env), given, options);
    if (options.text === true) printLine(terminal, found.token);
    else printJson(terminal, withoutText(found));
  });
}

function addChanges(token: Command, terminal: Terminal): void {
  const one = (name: string, description: string, change: (client: LanewayClient, id: string) => Promise<void>): void => {
    withConnection(withTokenOwner(token.command(`${name} <token>`).description(description))).action(
      async (text: string, options: Json) => {
        const client = connect(options, terminal.env);
        await change(client, (await findToken(client, text, options)).id);
      },
    );
  };
  one(
    'revoke',
    'make a token useless, named by name or id; what it started is interrupted',
    async (client, id) => await client.tokens.setRevoked(id, true),
  );
  one('restore', 'make a revoked token good again', async (client, id) => await client.tokens.setRevoked(id, false));
  const remove = token.command('delete <token>').description('forget a token, for good');
  withConnection(withConfirmation(withTokenOwner(remove))).action(async (given: string, options: Json & ConfirmOptions) => {
    const client = connect(options, terminal.env);
    const { id, name } = await findToken(client, given, options);
    await confirm(terminal, options, `delete the token "${name}"`);
    await client.tokens.delete(id);
  });
  const edit = token.command('edit <token>').description('rename a token').requiredOption('--name <name>', 'new name');
  withConnection(withTokenOwner(edit)).action(async (given: string, options: Json & { readonly name: string }) => {
    const client = connect(options, terminal.env);
    await client.tokens.update((await findToken(client, given, options)).id, { name: options.name });
  });
}

function addEndOfAll(token: Command, terminal: Terminal): void {
  const all = token.command('delete-all').description('forget all named tokens, also the one that is used for it');
  withConnection(withConfirmation(withTokenOwner(all))).action(async (options: Json & ConfirmOptions) => {
    const client = connect(options, terminal.env);
    const owner = await tokenOwner(client, options);
    await confirm(terminal, options, `delete ${(await client.tokens.ids(owner)).length} tokens`);
    await client.tokens.deleteAll(owner);
  });
  const temporary = token
    .command('revoke-temporary')
    .description('make all temporary tokens useless')
    .option('--user <name>', 'those of this user (administrators)')
    .option('--count', 'only print how often that was done, counted from 1');
  withConnection(temporary).action(async (options: Json & { readonly count?: boolean }) => {
    const client = connect(options, terminal.env);
    const owner = (await tokenOwner(client, options)) as Exclude<TokenOwner, { readonly providerId: string }>;
    if (options.count === true) printLine(terminal, String(await client.tokens.temporaryGeneration(owner)));
    else await client.tokens.revokeTemporary(owner);
  });
}
