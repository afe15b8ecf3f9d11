/** Five handlers written from the contract alone (lambdas §9), of different shape, run unmodified. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench, prepare, runJob, SANDBOX_MODES, taskFor, type Bench } from './support.ts';

const python = (name: string, handler: string, more: Record<string, string> = {}): Record<string, string> => ({
  'lambda.yaml': `name: ${name}\nimages: [${name}]\npython: handler.py\n${'requirements.txt' in more ? 'requirements: requirements.txt\n' : ''}`,
  'handler.py': handler,
  ...more,
});

/** A monitor thread that streams what worker threads measured; module-level queue and event, never cleared (R96, R102). */
const MONITORED = `
import concurrent.futures, os, queue, threading, traceback
from threading import Event, Thread
from typing import Final, NamedTuple, Union

from onedata_lambda_utils.stats import AtmTimeSeriesMeasurementBuilder
from onedata_lambda_utils.streaming import AtmResultStreamer
from onedata_lambda_utils.types import (AtmException, AtmFile, AtmHeartbeatCallback, AtmJobBatchRequest,
                                        AtmJobBatchResponse, AtmTimeSeriesMeasurement)
from typing_extensions import TypedDict
import xattr

MOUNT_POINT: Final[str] = "/mnt/onedata"

class FilesSeen(AtmTimeSeriesMeasurementBuilder, ts_name="filesSeen", unit=None):
    pass

class BytesSeen(AtmTimeSeriesMeasurementBuilder, ts_name="bytesSeen", unit="Bytes"):
    pass

class TaskConfig(TypedDict):
    key: str

class JobArgs(TypedDict):
    file: AtmFile

class JobResults(TypedDict):
    size: int

_all_done: Final[Event] = Event()
_measurements: Final[queue.Queue] = queue.Queue()

def handle(job_batch_request: AtmJobBatchRequest[JobArgs, TaskConfig],
           heartbeat_callback: AtmHeartbeatCallback) -> AtmJobBatchResponse[JobResults]:
    monitor = Thread(target=monitor_jobs, daemon=True, args=[heartbeat_callback])
    monitor.start()
    ctx = job_batch_request["ctx"]
    with concurrent.futures.ThreadPoolExecutor() as executor:
        results = list(executor.map(lambda args: run(args, ctx["config"]), job_batch_request["argsBatch"]))
    _all_done.set()
    monitor.join()
    return {"resultsBatch": results}

def run(args: JobArgs, config: TaskConfig) -> Union[AtmException, JobResults]:
    try:
        path = f'{MOUNT_POINT}/.__onedata__file_id__{args["file"]["fileId"]}'
        size = os.stat(path).st_size
        _measurements.put(FilesSeen.build(value=1))
        _measurements.put(BytesSeen.build(size))
        xattr.xattr(path).set(config["key"], b'"quoted"')
        return {"size": size, "attribute": xattr.getxattr(path, config["key"]).decode(), "names": list(xattr.listxattr(path))}
    except Exception:
        return AtmException(exception=traceback.format_exc())

def monitor_jobs(heartbeat_callback):
    streamer = AtmResultStreamer[AtmTimeSeriesMeasurement](result_name="stats", synchronized=False)
    any_left = True
    while any_left:
        any_left = not _all_done.wait(timeout=0.2)
        measurements = []
        while not _measurements.empty():
            measurements.append(_measurements.get())
        if measurements:
            streamer.stream_items(measurements)
            heartbeat_callback()
`;

/** A sibling module, heartbeats per item, an exception per item and one for the whole batch. */
const PER_ITEM = `
from typing import Dict
from helper import halve
from onedata_lambda_utils.types import AtmObject

def handle(job_batch_request, heartbeat_callback):
    if job_batch_request["ctx"]["config"].get("mode") == "broken":
        return {"exception": {"reason": "mode is broken", "code": 7}}
    results = []
    for args in job_batch_request["argsBatch"]:
        try:
            results.append({"half": halve(args["value"])})
        except Exception as ex:
            results.append({"exception": str(ex)})
        heartbeat_callback()
    return {"resultsBatch": results}
`;
const HELPER = 'def halve(value):\n    if value % 2:\n        raise ValueError(f"{value} is odd")\n    return value // 2\n';

/** Logs as a streamed result, filtered by the level of the execution; a None result for every item. */
const LOGGING = `
from onedata_lambda_utils.logging import AtmLogger, get_log_level
from onedata_lambda_utils.types import AtmObject

logger = AtmLogger[AtmObject](result_name="logs", synchronized=True)

def handle(job_batch_request, heartbeat_callback):
    logger.debug({"level": get_log_level()})
    logger.info({"level": get_log_level()})
    logger.error("plain text")
    logger.stream_item({"severity": "nonsense", "content": 1})
    logger.stream_item("no severity")
    logger.stream_items([])
    return {"resultsBatch": [None for _ in job_batch_request["argsBatch"]]}
`;

/** Writes files below a directory of its arguments, in a relative module of a package, with several processes. */
const WRITING = `
import multiprocessing, os
from . import names

MOUNT_POINT = "/mnt/onedata"

def write(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(b"content")
    return os.path.relpath(path, MOUNT_POINT)

def handle(job_batch_request, heartbeat_callback):
    results = []
    for args in job_batch_request["argsBatch"]:
        base = f"{MOUNT_POINT}/.__onedata__file_id__{args['destinationDir']['fileId']}"
        with multiprocessing.Pool(2) as pool:
            results.append({"written": pool.map(write, [os.path.join(base, name) for name in names.NAMES])})
    return {"resultsBatch": results}
`;

/** Returns None for everything, ends with daemon threads still running and output in both streams. */
const SILENT = `
import sys, threading, time
def handle(job_batch_request, heartbeat_callback):
    threading.Thread(target=lambda: time.sleep(60), daemon=True).start()
    threading.Thread(target=lambda: time.sleep(60)).start()
    for _ in range(5000):
        heartbeat_callback()
    print("no answer today")
    print("nor tomorrow", file=sys.stderr)
`;

describe.each(SANDBOX_MODES)('an unmodified handler with sandbox "%s"', (sandbox) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({
      sandbox,
      lambdas: {
        monitored: python('monitored', MONITORED, { 'requirements.txt': 'onedata-lambda-utils==0.3.1\nxattr==0.9.9\ncffi==1.15.1\n' }),
        'per-item': python('per-item', PER_ITEM, { 'helper.py': HELPER }),
        logging: python('logging', LOGGING),
        writing: python('writing', WRITING, { 'names.py': 'NAMES = ["a/one", "a/two", "b"]\n' }),
        silent: python('silent', SILENT),
      },
    });
    mkdirSync(join(bench.spaceRoot, 'sub'));
    writeFileSync(join(bench.spaceRoot, 'sub/file'), '12345');
  });
  afterAll(async () => await bench.close());

  test('with a monitor thread and a pool streams the same in every batch (lambdas R93, R96, R102, R110)', async () => {
    const handle = await prepare(bench, taskFor(bench, 'monitored', { streams: ['stats'] }));
    for (let round = 0; round < 3; round += 1) {
      const { outcome, heartbeatCount } = await runJob(handle, [{ file: { fileId: 'f1' } }, { file: { fileId: 'unknown' } }], {
        config: { key: 'my.key' },
        files: { f1: 'sub/file' },
      });
      expect(outcome).toMatchObject({
        response: {
          resultsBatch: [{ size: 5, attribute: 'quoted', names: ['my.key'] }, { exception: expect.stringContaining('FileNotFoundError') }],
        },
        streamed: [
          { resultName: 'stats', value: { tsName: 'filesSeen', value: 1, timestamp: expect.any(Number) } },
          { resultName: 'stats', value: { tsName: 'bytesSeen', value: 5 } },
        ],
      });
      expect(heartbeatCount).toBeGreaterThan(0);
    }
    await handle.dispose();
  });

  test('with a sibling module answers per item or for the whole batch (lambdas R90, R95)', async () => {
    const handle = await prepare(bench, taskFor(bench, 'per-item'));
    const { outcome } = await runJob(handle, [{ value: 4 }, { value: 5 }]);
    expect(outcome).toMatchObject({ response: { resultsBatch: [{ half: 2 }, { exception: '5 is odd' }] } });
    const broken = await runJob(handle, [{ value: 4 }], { config: { mode: 'broken' } });
    expect(broken.outcome).toMatchObject({ kind: 'answered', response: { exception: { reason: 'mode is broken', code: 7 } } });
    await handle.dispose();
  });

  test('that logs has its log filtered by the level of the execution (lambdas R94, R97)', async () => {
    const handle = await prepare(bench, taskFor(bench, 'logging', { streams: ['logs'], logLevel: 'notice' }));
    const { outcome } = await runJob(handle, [{}], { ctx: { logLevel: 'notice' } });
    expect(outcome).toMatchObject({
      response: { resultsBatch: [null] },
      streamed: [{ resultName: 'logs', value: { severity: 'error', content: 'plain text' } }],
    });
    const debug = await runJob(handle, [{}], { ctx: { logLevel: 'debug' } });
    expect(debug.outcome.kind === 'answered' && debug.outcome.streamed.map(({ value }) => value)).toEqual([
      { severity: 'debug', content: { level: 'debug' } },
      { severity: 'info', content: { level: 'debug' } },
      { severity: 'error', content: 'plain text' },
      { severity: 'nonsense', content: 1 },
      'no severity',
    ]);
    await handle.dispose();
  });

  test('that writes below a directory from several processes leaves its files in the space (lambdas §10, R99)', async () => {
    const handle = await prepare(bench, taskFor(bench, 'writing'));
    const { outcome } = await runJob(handle, [{ destinationDir: { fileId: 'd1' } }], { files: { d1: '' } });
    const relative = (name: string): string => `.__onedata__file_id__d1/${name}`;
    expect(outcome).toMatchObject({ response: { resultsBatch: [{ written: [relative('a/one'), relative('a/two'), relative('b')] }] } });
    expect(readFileSync(join(bench.spaceRoot, 'a/two'), 'utf8')).toBe('content');
    await handle.dispose();
  });

  test('that answers nothing and leaves threads behind is done when it returns (lambdas R90, R102, R104)', async () => {
    const handle = await prepare(bench, taskFor(bench, 'silent'));
    const startAt = performance.now();
    const { outcome, output, heartbeatCount } = await runJob(handle, [{}]);
    expect(outcome).toEqual({ kind: 'answered', response: null, streamed: [] });
    expect(output).toContain('no answer today');
    expect(output).toContain('nor tomorrow');
    expect(heartbeatCount).toBeLessThan(10);
    expect(performance.now() - startAt).toBeLessThan(5_000);
    await handle.dispose();
  });

  test('finds nothing of the previous job: files, links, streams and /tmp', async () => {
    const handle = await prepare(bench, taskFor(bench, 'monitored', { streams: ['stats'] }));
    await runJob(handle, [{ file: { fileId: 'f1' } }], { config: { key: 'k' }, files: { f1: 'sub/file' } });
    const { outcome } = await runJob(handle, [{ file: { fileId: 'f1' } }], { config: { key: 'k' } });
    expect(outcome).toMatchObject({
      response: { resultsBatch: [{ exception: expect.stringContaining('FileNotFoundError') }] },
      streamed: [],
    });
    await handle.dispose();
  });
});
