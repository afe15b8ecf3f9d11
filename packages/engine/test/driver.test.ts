/** What a driver does that nothing else can bring about at will: its execution is resumed before it looks again. */
import { afterEach, expect, it, vi } from 'vitest';
import type { Execution, LaneRun } from '@laneway/model';
import { Driver, type DriverContext } from '../src/lanes/driver.ts';

afterEach(() => void vi.restoreAllMocks());

const laneRun = (status: LaneRun['status']): Partial<LaneRun> => ({ id: 'run', laneIndex: 1, status, boxes: [] });

it('waits for the jobs of a second stop, although it ended those of a first one long ago (I4)', async () => {
  let status: LaneRun['status'] = 'stopping';
  let heldSlices = 0;
  const stops: string[] = [];
  const applied: string[] = [];
  const execution = (): Partial<Execution> => ({ id: 'e', status: 'stopping', inAdvance: null, current: laneRun(status) as LaneRun });
  const answers: Readonly<Record<string, () => unknown>> = {
    loadExecution: () => ({ execution: execution(), nowMs: 0 }),
    gateOfLaneRun: () => ({ stopMode: 'abort' }),
    openWork: () => ({ heldSlices, openBatches: heldSlices, lowestBox: null }),
  };
  const context = {
    database: { call: async (verb: { readonly name: string }) => await Promise.resolve(answers[verb.name]?.()) },
    controller: {
      apply: async (_id: string, event: { readonly kind: string }) => {
        applied.push(event.kind);
        return await Promise.resolve({ kind: 'changed' });
      },
    },
    hub: { notify: () => undefined },
    handles: { dispose: async () => await Promise.resolve() },
    stopPatienceMs: 8000,
    stopWork: async (laneRunId: string) => {
      stops.push(laneRunId);
      await Promise.resolve();
    },
  } as unknown as DriverContext;
  const driver = new Driver(context, { executionId: 'e', drive: 1, nodeId: 'a', nodeToken: 1 } as never);
  const untilDone = async (): Promise<void> => {
    expect(await driver.step()).toBe('wait');
    expect(await driver.step()).toBe('again');
  };
  await untilDone();
  status = 'interrupted';
  await driver.step();
  expect(applied).toEqual(['laneRunStopped', 'executionDrained']);

  // Resumed and stopped again under another node, whose job has not ended yet.
  const long = performance.now() + 60_000;
  vi.spyOn(performance, 'now').mockReturnValue(long);
  status = 'stopping';
  heldSlices = 1;
  stops.length = 0;
  expect(await driver.step()).toBe('wait');
  expect(await driver.step()).toBe('soon');
  expect(stops).toEqual(['run']);
  heldSlices = 0;
  expect(await driver.step()).toBe('again');
  expect(applied).toEqual(['laneRunStopped', 'executionDrained', 'laneRunStopped']);
});
