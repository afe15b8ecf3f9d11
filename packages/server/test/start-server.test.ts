import { existsSync, linkSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Extensions, Files, Spaces } from '@laneway/engine';
import { pino } from 'pino';
import { loadConfig, serveOptions, startServer, type EngineFactory, type RunningServer, type ServeConfig } from '../src/index.ts';
import { FakeExecutions, fakeLambdas, FakeStores } from './support/fake-engine.ts';

let directory: string;
let servers: RunningServer[];
let announced: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'laneway-start-'));
  servers = [];
  announced = [];
});

afterEach(async () => {
  for (const server of servers) await server.close();
  await rm(directory, { recursive: true, force: true });
});

const engineFactory: EngineFactory = async ({ config, database, providerId }) => {
  const spaces = new Spaces(database, config.dataDir);
  const files = new Files({ database, spaces, providerId, pythonCommand: null });
  return {
    executions: new FakeExecutions(),
    extensions: new Extensions({ database }),
    stores: new FakeStores(),
    files,
    spaces,
    jobTokens: { verify: async () => null },
    ...fakeLambdas,
    stop: async () => files.close(),
  };
};

function config(options: Record<string, unknown> = {}): ServeConfig {
  return loadConfig({ options: { dataDir: directory, port: 0, ...options }, variables: {}, file: null });
}

async function start(options: Record<string, unknown> = {}): Promise<RunningServer> {
  const server = await startServer(config(options), {
    engineFactory,
    logger: pino({ level: 'silent' }),
    announce: (line) => announced.push(line),
  });
  servers.push(server);
  return server;
}

describe('starting (interfaces, First start)', () => {
  it('writes server.json while it accepts and a private token file once', async () => {
    const first = await start();
    expect(JSON.parse(readFileSync(join(directory, 'server.json'), 'utf8'))).toEqual({ url: first.url, pid: process.pid });
    const tokenFile = join(directory, 'admin.token');
    const token = readFileSync(tokenFile, 'utf8').trim();
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
    expect(announced.join()).toContain(token);
    const user = await fetch(`${first.url}/api/v3/onezone/user`, { headers: { 'x-auth-token': token } });
    expect(user.status).toBe(200);
    await first.close();
    expect(existsSync(join(directory, 'server.json'))).toBe(false);
    writeFileSync(tokenFile, 'mine');
    const second = await start();
    expect(announced).toHaveLength(1);
    expect(readFileSync(tokenFile, 'utf8')).toBe('mine');
    expect((await fetch(`${second.url}/api/v3/onezone/user`, { headers: { 'x-auth-token': token } })).status).toBe(200);
  });

  it('puts server.json in its place in one piece: who reads it meanwhile has the old one or the new one', async () => {
    const [file, opened] = [join(directory, 'server.json'), join(directory, 'opened')];
    writeFileSync(file, 'of a process that was killed', { mode: 0o644 });
    linkSync(file, opened);
    const { url } = await start();
    expect(readFileSync(opened, 'utf8')).toBe('of a process that was killed');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ url, pid: process.pid });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('takes server.json along when the process leaves without closing', async () => {
    const before = process.listeners('exit');
    const server = await start();
    const added = process.listeners('exit').filter((listener) => !before.includes(listener));
    for (const listener of added) listener(130);
    expect(existsSync(join(directory, 'server.json'))).toBe(false);
    await server.close();
    expect(process.listeners('exit')).toEqual(before);
  });

  it('a start that is refused does not use up the administrator of the next one', async () => {
    const refused: EngineFactory = async () => await Promise.reject(new Error('no such folder of lambdas'));
    await expect(startServer(config(), { engineFactory: refused, logger: pino({ level: 'silent' }) })).rejects.toThrow('no such folder');
    expect(existsSync(join(directory, 'admin.token'))).toBe(false);
    const server = await start();
    const token = readFileSync(join(directory, 'admin.token'), 'utf8').trim();
    expect((await fetch(`${server.url}/api/v3/onezone/user`, { headers: { 'x-auth-token': token } })).status).toBe(200);
  });

  it('tells why a start failed, and logs what did not close after it', async () => {
    const lines: string[] = [];
    const logger = pino({}, { write: (line) => lines.push(line) });
    const stubborn: EngineFactory = async (parts) => ({
      ...(await engineFactory(parts)),
      listening: async () => await Promise.reject(new Error('cannot begin')),
      stop: async () => await Promise.reject(new Error('cannot stop')),
    });
    await expect(startServer(config(), { engineFactory: stubborn, logger, announce: () => undefined })).rejects.toThrow('cannot begin');
    expect(lines.join('')).toContain('closeAfterFailedStart');
    expect(lines.join('')).toContain('cannot stop');
  });

  it('closes HTTPS like HTTP: streams at once, requests under way within closeGraceMs, and the engine after them', async () => {
    const stopped: boolean[] = [];
    const watched: EngineFactory = async (parts) => {
      const engine = await engineFactory(parts);
      return { ...engine, stop: async () => void stopped.push(true) };
    };
    const server = await startServer(config({ tlsSelfSigned: true, httpsPort: 0 }), {
      engineFactory: watched,
      logger: pino({ level: 'silent' }),
      announce: () => undefined,
    });
    const { deps } = server.composition;
    Object.assign(deps.settings, { closeGraceMs: 50 });
    const asked = Promise.withResolvers<void>();
    Object.assign(deps.executions, {
      view: async () => {
        asked.resolve();
        return await new Promise(() => undefined);
      },
    });
    const headers = { 'x-auth-token': readFileSync(join(directory, 'admin.token'), 'utf8').trim() };
    const url = `${server.httpsUrl}/api/v3/oneprovider/automation/execution/workflows/some`;
    const broken = new Promise<unknown>((resolve, reject) => {
      httpsRequest(url, { rejectUnauthorized: false, headers }, reject).on('error', resolve).end();
    });
    await asked.promise;
    await server.close();
    expect(await broken).toBeInstanceOf(Error);
    expect(stopped).toHaveLength(1);
  });

  it('serves HTTPS with a certificate of its own beside HTTP', async () => {
    const server = await start({ tlsSelfSigned: true, httpsPort: 0 });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      httpsRequest(`${server.httpsUrl}/health`, { rejectUnauthorized: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  it('leaves nothing open when a port is taken', async () => {
    const first = await start();
    await expect(start({ port: Number(new URL(first.url).port), dataDir: join(directory, 'other') })).rejects.toThrow(
      /^port: \d+ is taken .*EADDRINUSE/,
    );
    expect(existsSync(join(directory, 'other', 'server.json'))).toBe(false);
  });
});

describe('settings that cannot be used are named', () => {
  it.each([
    [{ databaseUrl: 'mysql://localhost/x' }, /^databaseUrl has to begin with postgres:/],
    [{ databaseUrl: 'postgres://user:secret@127.0.0.1:1/x' }, /^databaseUrl: the database cannot be used: (?!.*secret).*ECONNREFUSED/],
    [{ tlsCert: '/nowhere/cert.pem', tlsKey: '/nowhere/key.pem' }, /^tlsCert: \/nowhere\/cert\.pem cannot be read: ENOENT/],
    [{ host: '203.0.113.7' }, /^host: it cannot be listened on: .*EADDRNOTAVAIL/],
  ])('%j', async (options, message) => {
    await expect(start(options)).rejects.toThrow(message);
    expect(existsSync(join(directory, 'server.json'))).toBe(false);
  });

  it('a data directory that is a file', async () => {
    writeFileSync(join(directory, 'file'), '');
    await expect(start({ dataDir: join(directory, 'file') })).rejects.toThrow(/^dataDir: .*\/file cannot be used as a directory: /);
  });

  it('a certificate that is none', async () => {
    for (const name of ['cert', 'key']) writeFileSync(join(directory, name), 'no PEM');
    const options = { tlsCert: join(directory, 'cert'), tlsKey: join(directory, 'key'), httpsPort: 0 };
    await expect(start(options)).rejects.toThrow(/tlsCert/);
  });
});

describe('configuration (interfaces, Configuration)', () => {
  it('prefers option to variable to file to default', () => {
    const file = join(directory, 'config.yaml');
    writeFileSync(file, 'port: 1\nhost: 127.0.0.3\ndrainSec: 5\n');
    const loaded = loadConfig({ options: { port: 3 }, variables: { LANEWAY_PORT: '2', LANEWAY_HOST: '127.0.0.2' }, file });
    expect(loaded).toMatchObject({ port: 3, host: '127.0.0.2', drainMs: 5000, cancelGraceMs: 10_000 });
  });

  it('limits the rate of requests where others can reach the server, unless told otherwise', () => {
    const rate = (options: Record<string, unknown>): ServeConfig['requestRate'] => config(options).requestRate;
    expect([rate({}), rate({ host: '0.0.0.0' })]).toEqual([null, { perSec: 200, burst: 2000 }]);
    expect([rate({ requestsPerSec: 5, requestBurst: 7 }), rate({ host: '0.0.0.0', requestsPerSec: 0 })]).toEqual([
      { perSec: 5, burst: 7 },
      null,
    ]);
  });

  it('docs/configuration.md tells of every setting and of no other, with the default where it is a number', () => {
    const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
    const [table] = page.split('\n## ');
    for (const [, cell] of table?.matchAll(/^\| (`[^|]*`) +\|/gm) ?? [])
      for (const [, key] of cell?.matchAll(/`(\w+)`/g) ?? []) expect(Object.keys(serveOptions)).toContain(key);
    for (const [name, { type, fallback }] of Object.entries(serveOptions)) {
      expect(page).toContain(`\`${name}\``);
      const isPerCore = name === 'jobsPerTask' || name === 'jobsPerNode';
      if (type.kind === 'integer' && typeof fallback === 'number' && !isPerCore)
        expect(page).toMatch(new RegExp(`^\\| \`${name}\` +\\|[^|]*\\| ${fallback} `, 'm'));
    }
    expect(config({ tlsSelfSigned: true }).httpsPort).toBe(8443);
    expect(page).toContain('`httpsPort` (8443 by default');
  });

  it('takes the variables of the command line for what they are', () => {
    const variables = { LANEWAY_SERVER: 'http://x', LANEWAY_TOKEN: 't', LANEWAY_DEBUG: '1', LANEWAY_CONFIG: 'file.yaml' };
    expect(loadConfig({ options: {}, variables, file: null }).port).toBe(8080);
  });

  it.each([
    ['colour: red', /colour/],
    ['port: many', /port/],
    ['logLevel: loud', /logLevel.*debug/],
    ['tlsCert: a.pem', /tlsKey/],
    ['- a', /keys and values/],
  ])('names what is wrong with %j', (text, message) => {
    const file = join(directory, 'config.yaml');
    writeFileSync(file, text);
    expect(() => loadConfig({ options: {}, variables: {}, file })).toThrow(message);
    expect(() => loadConfig({ options: {}, variables: { LANEWAY_PROT: '1' }, file: null })).toThrow(/LANEWAY_PROT/);
  });
});

describe('events (interfaces, Events)', () => {
  it('starts with a snapshot, sends numbered events, resumes, and ends with the server', async () => {
    const server = await start();
    const executions = server.composition.deps.executions as FakeExecutions;
    const { registry } = server.composition.deps;
    const token = readFileSync(join(directory, 'admin.token'), 'utf8').trim();
    const headers = { 'x-auth-token': token };
    const [userId] = await registry.users();
    const inventory = (await registry.createInventory({ name: 'inv', creatorId: userId!, withMembership: true }))!;
    await registry.addSpaceMember({ spaceId: 'space', userId: userId!, privileges: [], owner: true });
    const id = await executions.scheduleSomething({ userId: userId!, spaceId: 'space', atmInventoryId: inventory });
    const url = `${server.url}/api/v3/oneprovider/automation/execution/workflows/${id}/events`;
    expect((await fetch(url)).status).toBe(401);
    const version = executions.get(id).version;
    const reader = (await fetch(url, { headers })).body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(text)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream ended: ${text}`);
        text += value;
      }
    };
    await until(new RegExp(`^id: ${version}\nevent: snapshot\ndata: .*"atmWorkflowExecutionId":"${id}"`));
    await executions.cancel({ executionId: id, actor: userId!, note: null });
    await until(new RegExp(`id: ${version + 1}\nevent: (execution|laneRun|task)\ndata: .*"version":${version + 1}`));
    executions.progress.set(id, { task: { itemsInProcessing: 1, itemsProcessed: 2, itemsFailed: 0 } });
    await until(/event: progress\ndata: .*"itemsProcessed":2/);
    await reader.cancel();

    const resumed = (await fetch(url, { headers: { ...headers, 'last-event-id': String(version) } }))
      .body!.pipeThrough(new TextDecoderStream())
      .getReader();
    const first = await resumed.read();
    expect(first.value).toMatch(new RegExp(`^id: ${version + 1}\n`));
    const ended = (async () => {
      while (!(await resumed.read()).done);
    })();
    await server.close();
    await ended;
    expect(executions.waiters()).toBe(0);
  });
});
