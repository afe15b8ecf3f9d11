import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LanewayClient } from '@laneway/client';
import { Option, type Command } from 'commander';
import { setUpDemo } from '../demo.ts';
import { Interrupt } from '../interrupts.ts';
import { startServer, type StartRequest } from '../server-module.ts';
import { printLine, type Terminal } from '../terminal.ts';

export function addServe(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('run the server')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <port>', 'port to listen on, 0 = any free one (default: 8080)')
    .option('--data-dir <dir>', 'directory for everything the server keeps (default: ./laneway-data)')
    .option('--database-url <url>', 'postgres://… instead of the embedded database, for several nodes')
    .option('--lambdas <dir>', 'folder of your own lambdas; wins over the built-in catalogue')
    .option('--no-demo', 'do not set up the demo workflow in an empty database')
    .addOption(
      new Option('--sandbox <mode>', 'isolation of lambdas (default: auto on loopback, else required)').choices([
        'auto',
        'required',
        'off',
      ]),
    )
    .option('--tls-cert <file>', 'certificate (PEM); HTTPS listens beside HTTP')
    .option('--tls-key <file>', 'key of the certificate (PEM)')
    .option('--tls-self-signed', 'HTTPS with a certificate made at start')
    .addOption(new Option('--log-format <format>', 'log lines for people or for machines').choices(['pretty', 'json']))
    .option('--config <file>', 'configuration file (YAML); see docs/configuration.md')
    .addHelpText('after', '\nExamples:\n  laneway serve\n  laneway serve --port 0 --data-dir /srv/laneway --lambdas ./lambdas\n')
    .action(async (options: ServeOptions) => {
      const interrupt = new Interrupt();
      const announce = (line: string): void => printLine(terminal, line);
      const server = await startServer({ ...givenOptions(options), env: terminal.env, announce });
      printLine(terminal, `Laneway listens on ${server.url}`);
      const tokenFile = join(server.dataDir, 'admin.token');
      // Another node made the administrator of this database, and has the token.
      const hint = existsSync(tokenFile)
        ? `try: curl -H "X-Auth-Token: $(cat ${tokenFile})" ${server.url}/api/v3/onezone/user/spaces`
        : 'the database has its users already: use a token of theirs (see docs/cluster.md)';
      printLine(terminal, hint);
      const closed = closeOnInterrupt(interrupt, server.close, terminal);
      if (server.firstToken !== undefined && server.wantsDemo) await startDemo(server.url, server.firstToken, terminal);
      await closed;
    });
}

type ServeOptions = Readonly<Record<string, string | boolean | undefined>>;

/** Commander sets `demo` to true where `--no-demo` is absent: that is no decision, the file may still say otherwise. */
function givenOptions(options: ServeOptions): Pick<StartRequest, 'options' | 'file'> {
  const { demo, config, ...rest } = options;
  return { options: demo === false ? { ...rest, demo } : rest, file: typeof config === 'string' ? config : undefined };
}

/** Until the first Ctrl-C has closed the server. */
async function closeOnInterrupt(interrupt: Interrupt, close: () => Promise<void>, terminal: Terminal): Promise<void> {
  const asked = Promise.withResolvers<void>();
  await interrupt.during(asked.resolve, async () => await asked.promise);
  terminal.err.write('stopping: running jobs may finish; press Ctrl-C again to leave at once\n');
  await close();
  interrupt.stopListening();
}

/** A demo that fails must not take the server with it. */
async function startDemo(url: string, token: string, terminal: Terminal): Promise<void> {
  try {
    const client = new LanewayClient({ server: url, token });
    const { executionId } = await setUpDemo(client);
    printLine(terminal, `demo execution: ${executionId} (laneway show ${executionId})`);
  } catch (error) {
    terminal.err.write(`the demo could not be set up: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
