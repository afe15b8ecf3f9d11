/** What can be asked about a token, given by its text. */
import type { LanewayClient, TokenVerdict } from '@laneway/client';
import { Option, type Command } from 'commander';
import { caveatsOf, withCaveats, type CaveatOptions } from '../caveats.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { looksLikeId } from '../names/choose.ts';
import { findToken } from '../names/find-token.ts';
import { printFields, printJson, printLine, timeText, type Terminal } from '../terminal.ts';

export function addTokenQuestions(token: Command, terminal: Terminal): void {
  const examine = token.command('examine <token>').description('what a token says of itself, given by its text');
  withConnection(examine).action(async (text: string, options: ConnectionOptions) => {
    printJson(terminal, await connect(options, terminal.env).verification.examine(text));
  });
  addConfine(token, terminal);
  addVerify(token, terminal);
  const scope = token.command('scope <token>').description('until when and for what data an access token is good, given by its text');
  withConnection(scope).action(async (text: string, options: ConnectionOptions) => {
    printJson(terminal, await connect(options, terminal.env).verification.inferScope({ token: text }));
  });
  const status = token.command('status <token>').description('whether a named token is revoked; by its id also those of others');
  withConnection(status).action(async (given: string, options: ConnectionOptions) => {
    const client = connect(options, terminal.env);
    const id = looksLikeId(given) ? given : (await findToken(client, given)).id;
    printLine(terminal, (await client.tokens.isRevoked(id)) ? 'revoked' : 'good');
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

interface VerifyOptions extends ConnectionOptions {
  readonly type: 'access' | 'identity' | 'invite';
  readonly ip?: string;
  readonly json?: boolean;
}

function addVerify(token: Command, terminal: Terminal): void {
  const verify = token
    .command('verify <token>')
    .description('whether a token, given by its text, is good, and whose it is')
    .addOption(new Option('--type <type>', 'what it should be').choices(['access', 'identity', 'invite']).default('access'))
    .option('--ip <address>', 'where it would be used from')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  laneway token verify "$TOKEN" --ip 10.0.0.7 && echo good\n');
  withConnection(verify).action(async (text: string, { type, ip, ...options }: VerifyOptions) => {
    const { verification } = connect(options, terminal.env);
    const question = { token: text, ...(ip === undefined ? {} : { peerIp: ip }) };
    const { subject, ttl } = await verdictOf(verification, type, question);
    if (options.json === true) printJson(terminal, { subject, ttl });
    else
      printFields(terminal, [
        ['of', `${subject.type} ${subject.id}`],
        ['until', ttl === null ? 'without an end' : `${timeText(Math.floor(Date.now() / 1000) + ttl)}, in ${ttl} s`],
      ]);
  });
}

async function verdictOf(
  verification: LanewayClient['verification'],
  type: VerifyOptions['type'],
  question: { readonly token: string; readonly peerIp?: string },
): Promise<TokenVerdict> {
  switch (type) {
    case 'access':
      return await verification.verifyAccess(question);
    case 'identity':
      return await verification.verifyIdentity(question);
    case 'invite':
      return await verification.verifyInvite(question);
  }
}
