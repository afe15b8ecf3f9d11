/**
 * A JavaScript runner: one process, one batch at a time. The main thread owns the control socket (descriptor 3) and never
 * runs the author's code, so that it stays able to hear the node; the handler lives in a thread.
 *
 * Invariants
 * 1. At most one batch runs at a time. Without `reuse` each batch gets a new thread, started ahead of need; the old one, and with an
 *    own PID namespace everything that the batch started, has ended before the outcome is told.
 * 2. A stop aborts the handler's signal and sends SIGTERM to what it started; anything stronger is the node's decision. A stopped
 *    runner takes no further batch.
 * 3. When the socket ends, or the node's beat is missing for `beatTimeoutMs`, the process ends and takes everything along.
 */
import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { encodeFrame, FrameDecoder, type Frame } from './frames.ts';
import type { FromHandler, RunnerSettings, ToHandler } from './messages.ts';
import { isOtherPidNamespace, killMarked, signalNamespace } from './processes.ts';

const CONTROL_FD = 3;
/** A thread that hangs in a system call cannot be ended; its runner ends instead. */
const THREAD_END_MS = 1_000;

class Runner {
  readonly #settings: RunnerSettings;
  readonly #control: Socket;
  readonly #decoder = new FrameDecoder();
  readonly #isolated: boolean;
  /** None while the old one ends. */
  #worker: Worker | null;
  #announced = false;
  #busy = false;
  #stopping = false;
  #queuedJob: string | null = null;
  #workerReady = false;
  #lastBeatAt = performance.now();

  constructor(settings: RunnerSettings) {
    this.#settings = settings;
    this.#isolated = settings.sandboxed && isOtherPidNamespace(settings.hostPidNamespace);
    this.#control = new Socket({ fd: CONTROL_FD, readable: true, writable: true });
    this.#control.on('data', (data) => this.#receive(data));
    this.#control.on('close', () => this.#end(0));
    this.#control.on('error', () => this.#end(0));
    this.#worker = this.#startWorker();
    // Without a sandbox this is how the death of the node is told.
    process.on('SIGTERM', () => this.#end(1));
  }

  /** Ends the process when the node's beats stay away. */
  watchBeats(): void {
    setInterval(() => this.#checkBeat(), Math.min(500, this.#settings.beatTimeoutMs / 4));
  }

  #send(kind: string, payload?: string): void {
    this.#control.write(encodeFrame(kind, payload));
  }

  #receive(data: Buffer): void {
    this.#lastBeatAt = performance.now();
    for (const frame of this.#decoder.feed(data)) {
      this.#handle(frame);
    }
  }

  #handle(frame: Frame): void {
    switch (frame.kind) {
      case 'J':
        this.#busy = true;
        this.#stopping = false;
        this.#send('H');
        this.#queuedJob = frame.payload.toString('utf8');
        this.#passJob();
        break;
      case 'S':
        this.#stop();
        break;
      default:
        break;
    }
  }

  #passJob(): void {
    if (this.#worker !== null && this.#workerReady && this.#queuedJob !== null) {
      const message: ToHandler = { kind: 'job', text: this.#queuedJob };
      this.#queuedJob = null;
      this.#worker.postMessage(message);
    }
  }

  #stop(): void {
    this.#stopping = true;
    if (this.#worker === null) {
      // The outcome is known and follows.
      return;
    }
    if (!this.#busy || this.#queuedJob !== null) {
      this.#send('T');
      return;
    }
    const message: ToHandler = { kind: 'stop' };
    this.#worker.postMessage(message);
    if (this.#isolated) {
      signalNamespace('SIGTERM');
    }
  }

  #startWorker(): Worker {
    this.#workerReady = false;
    const worker = new Worker(new URL('./handler-thread.ts', import.meta.url), { workerData: this.#settings });
    worker.on('message', (message: FromHandler) => {
      if (worker === this.#worker) {
        this.#hear(message);
      }
    });
    worker.on('error', (error) => this.#workerEnded(worker, error instanceof Error ? (error.stack ?? error.message) : String(error)));
    worker.on('exit', (code) => this.#workerEnded(worker, `The handler ended its thread with exit code ${code} before it answered.`));
    return worker;
  }

  #hear(message: FromHandler): void {
    switch (message.kind) {
      case 'ready':
        this.#workerReady = true;
        if (!this.#announced) {
          this.#announced = true;
          this.#send('R');
        }
        this.#passJob();
        break;
      case 'importFailed':
        this.#importFailed(message.reason);
        break;
      case 'heartbeat':
        if (this.#busy) {
          this.#send('H');
        }
        break;
      case 'answered':
        void this.#conclude('A', message.text, this.#settings.reuse);
        break;
      case 'crashed':
        void this.#conclude(message.stopped ? 'T' : 'X', message.reason, this.#settings.reuse);
        break;
    }
  }

  #importFailed(reason: string): void {
    if (this.#announced) {
      void this.#conclude('X', reason, false);
      return;
    }
    this.#control.end(encodeFrame('F', reason), () => this.#end(1));
  }

  #workerEnded(worker: Worker, reason: string): void {
    if (worker !== this.#worker) {
      return;
    }
    if (!this.#announced) {
      this.#importFailed(reason);
    } else if (this.#busy) {
      void this.#conclude(this.#stopping ? 'T' : 'X', reason, false);
    } else {
      this.#end(1);
    }
  }

  /** The batch has its outcome; what it left running ends before the node hears of it. */
  async #conclude(kind: string, payload: string, keepWorker: boolean): Promise<void> {
    if (!this.#busy) {
      return;
    }
    this.#busy = false;
    if (keepWorker && !this.#stopping) {
      this.#send(kind, payload);
      return;
    }
    const old = this.#worker;
    this.#worker = null;
    if (this.#stopping) {
      // The node kills a runner that it stopped, and everything in it: nothing is waited for or made ready here.
      this.#send(kind, payload);
    } else if (await this.#endWhatRuns(old)) {
      this.#send(kind, payload);
      this.#worker = this.#startWorker();
    } else {
      this.#control.end(encodeFrame(kind, payload), () => this.#end(1));
    }
  }

  /** False when something is left. */
  async #endWhatRuns(thread: Worker | null): Promise<boolean> {
    if (this.#isolated) {
      // First, since the thread may be waiting for one of them.
      signalNamespace('SIGKILL');
    }
    const hasEnded = await endThread(thread);
    if (this.#isolated) {
      signalNamespace('SIGKILL');
    }
    return hasEnded;
  }

  #checkBeat(): void {
    if (performance.now() - this.#lastBeatAt > this.#settings.beatTimeoutMs) {
      this.#control.write(encodeFrame('E'), () => this.#end(1));
      setTimeout(() => this.#end(1), 100);
    }
  }

  #end(code: number): void {
    if (this.#isolated) {
      signalNamespace('SIGKILL');
    } else {
      killMarked(this.#settings.cookie);
    }
    process.exit(code);
  }
}

/** False when it does not end in time. */
async function endThread(thread: Worker | null): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), THREAD_END_MS);
  });
  const ended = Promise.resolve(thread?.terminate()).then(() => true);
  const hasEnded = await Promise.race([ended, tooLate]);
  clearTimeout(timer);
  return hasEnded;
}

const runner = new Runner(JSON.parse(process.argv[2] ?? '{}') as RunnerSettings);
runner.watchBeats();
