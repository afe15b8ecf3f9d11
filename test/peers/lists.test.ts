/** A page of a list costs a fixed, small number of queries, and a failure is an error, never an empty list (peers P20). */
import { Engine, defaultEngineConfig, silentLogger, type Database, type SqlTransaction, type SqlValue, type Verb } from '@laneway/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildServer } from '../../packages/server/src/build-server.ts';
import { newWorld, type Person, type World } from '../../packages/server/test/support/world.ts';
import { databaseKinds, type DatabaseKind } from '../support/databases.ts';
import { InProcessRuntime } from '../support/in-process-runtime.ts';
import { workflowOf, type TestEngine } from '../support/test-engine.ts';
import { numbers } from './scene.ts';

/** Counts verbs and, where verbs run in this thread, their statements; fails them when told to. */
class CountingDatabase implements Database {
  readonly #database: Database;
  verbs: string[] = [];
  statements: string[] = [];
  failing: (verb: string) => boolean = () => false;

  constructor(database: Database) {
    this.#database = database;
  }

  get dialect(): Database['dialect'] {
    return this.#database.dialect;
  }

  async call<P, R>(verb: Verb<P, R>, params: P): Promise<R> {
    this.verbs.push(verb.name);
    if (this.failing(verb.name)) throw new Error(`${verb.name} failed`);
    const run = async (tx: SqlTransaction, given: P): Promise<R> => await verb.run(this.#counted(tx), given);
    return await this.#database.call({ ...verb, run }, params);
  }

  #counted(tx: SqlTransaction): SqlTransaction {
    const count = (sql: string): string => {
      this.statements.push(sql);
      return sql;
    };
    return {
      dialect: tx.dialect,
      all: async <Row>(sql: string, params?: readonly SqlValue[]) => await tx.all<Row>(count(sql), params),
      get: async <Row>(sql: string, params?: readonly SqlValue[]) => await tx.get<Row>(count(sql), params),
      run: async (sql, params) => await tx.run(count(sql), params),
      now: async () => await tx.now(),
    };
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  reset(): void {
    this.verbs = [];
    this.statements = [];
  }
}

describe.each(databaseKinds)('lists of executions ($name)', (kind) => {
  let database: CountingDatabase;
  let world: World;
  let engine: Engine;
  let owner: Person;
  let spaceId: string;
  let inventoryId: string;
  let app: ReturnType<typeof buildServer>;

  const counting: DatabaseKind = {
    name: kind.name,
    open: async (purpose) => {
      const opened = await kind.open(purpose);
      database = new CountingDatabase(opened.database);
      return { database, close: opened.close };
    },
  };

  beforeEach(async () => {
    world = await newWorld({}, counting);
    // It is never started: executions wait, and nothing but the requests asks the database.
    engine = new Engine({
      config: defaultEngineConfig(world.directory, 'node'),
      database,
      runtime: new InProcessRuntime({}),
      files: { pythonCommand: null },
      environment: { open: async () => await Promise.resolve({}), close: () => undefined },
      log: silentLogger,
    });
    app = buildServer({ ...world.deps, executions: engine.executions });
    owner = await world.person('Owner');
    spaceId = await world.space(owner);
    inventoryId = await world.inventory(owner);
  });
  afterEach(async () => {
    database.failing = () => false;
    await app.close();
    await world.close();
  });

  async function scheduleMany(count: number): Promise<void> {
    const test: TestEngine = {
      engine,
      runtime: new InProcessRuntime({}),
      database,
      spaceId,
      spaceDirectory: '',
      close: async () => await Promise.resolve(),
    };
    const request = workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    for (const _ of numbers(count)) {
      const scheduled = await engine.executions.schedule({ ...request, atmInventoryId: inventoryId });
      if (!scheduled.ok) throw new Error(scheduled.error.description);
    }
  }

  async function page(query: string): Promise<{ readonly status: number; readonly body: any }> {
    database.reset();
    const url = `/api/v3/oneprovider/spaces/${spaceId}/automation/execution/workflows?phase=waiting${query}`;
    const response = await app.inject({ method: 'GET', url, headers: { 'x-auth-token': owner.token } });
    return { status: response.statusCode, body: JSON.parse(response.body) };
  }

  it('a page costs two queries beside the checks of the token and the space, however many executions and inventories there are (P20)', async () => {
    await page('');
    for (const more of [1, 150]) {
      await scheduleMany(more);
      for (const _ of numbers(5)) await world.inventory(owner);
      for (const query of ['', '&limit=100', '&limit=100&offset=50']) {
        const { status, body } = await page(query);
        expect(status).toBe(200);
        expect(body.atmWorkflowExecutions.length).toBeLessThanOrEqual(151);
        // What a token says, and what a space is, is kept for a moment, which may be over.
        expect(database.verbs.filter((verb) => !['readCredentials', 'getSpace'].includes(verb))).toHaveLength(2);
        expect(database.statements.filter((sql) => /from execution\b/.test(sql)).length).toBeLessThanOrEqual(1);
        expect(database.statements.length).toBeLessThan(10);
      }
    }
  });

  it('paging back and forth is one verb of at most two statements as well (P20)', async () => {
    await scheduleMany(30);
    const list = { spaceId, viewerId: owner.id, phase: 'waiting', limit: 10 } as const;
    const first = await engine.executions.list({ ...list, offset: 0, index: null });
    database.reset();
    const back = await engine.executions.list({ ...list, offset: -5, index: first.entries[7]?.index ?? '' });
    expect(back.entries[0]?.id).toBe(first.entries[2]?.id);
    expect(database.verbs).toEqual(['listExecutions']);
    expect(database.statements.length).toBeLessThanOrEqual(2);
  });

  it('a failure of any query of the page is an error of the server, never an empty list, and the next page is complete (P20)', async () => {
    await scheduleMany(3);
    await page('');
    expect((await page('')).body.atmWorkflowExecutions).toHaveLength(3);
    for (const verb of new Set(database.verbs)) {
      database.failing = (name) => name === verb;
      const { status, body } = await page('');
      expect({ verb, status }).toEqual({ verb, status: 500 });
      expect(body).toMatchObject({ error: { id: 'internalServerError' } });
      expect(body).not.toHaveProperty('atmWorkflowExecutions');
    }
    database.failing = () => false;
    expect((await page('')).body.atmWorkflowExecutions).toHaveLength(3);
  });
});
