/**
 * One runner: a sandbox with a warm process that takes one batch at a time.
 *
 * Ownership: the runner owns its sandboxed process and its job space; `dispose` ends the one and gives up the other.
 * States: starting → idle → busy → idle … → ended. Ended is final: a runner that was stopped, or whose process died, is
 * replaced by a new one (it may have left something in its memory or /tmp that a later job must not see).
 *
 * Invariants
 * 1. A job's outcome is given once, after everything the job could still write has been read or killed.
 * 2. After an abort the outcome is `withdrawn` unless an answer arrived before the kill. Its stage is what happened: `signal` when the
 *    job ended by itself, `kill` when it had to be killed, `unreachable` when something may still run.
 * 3. Every wait after an abort has an end: the grace, then the kill's own.
 */
import { StringDecoder } from 'node:string_decoder';
import type { JobControl, JobOutcome, JobToRun, StreamedResult } from '../runtime.ts';
import type { ProcessInfo } from '../sandbox/process-table.ts';
import type { SandboxedProcess } from '../sandbox/sandboxed-process.ts';
import { encodeFrame, FrameDecoder, type Frame } from './frames.ts';
import type { JobSpace } from './job-space.ts';

/** How the process part of a job ended; the outcome adds streams and certainty. */
type RawOutcome =
  | { readonly kind: 'answered'; readonly body: Buffer }
  | { readonly kind: 'crashed'; readonly reason: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'killed' };

interface CurrentJob {
  readonly control: JobControl;
  readonly settle: (outcome: RawOutcome) => void;
}

export interface ResourceLimits {
  readonly memoryBytes: number | null;
  readonly processCount: number;
}

const BEAT = encodeFrame('B');
const MAX_FAILURE_TEXT = 16 * 1024;

export class Runner {
  readonly #process: SandboxedProcess;
  readonly #space: JobSpace;
  readonly #decoder = new FrameDecoder();
  #state: 'starting' | 'idle' | 'busy' | 'ended' = 'starting';
  #current: CurrentJob | null = null;
  #onOutput: JobControl['onOutput'] | null = null;
  readonly #announced: (failure: string | null) => void;
  #startOutput = '';
  readonly #discard: (space: JobSpace) => void;
  #disposing: Promise<boolean> | null = null;
  /** Resolves when the handler is imported: null, or why that failed. */
  readonly ready: Promise<string | null>;

  /** `discard` gets the job space when nothing uses it any more; removing it is not waited for, it may hold many files. */
  constructor(process: SandboxedProcess, space: JobSpace, discard: (space: JobSpace) => void) {
    this.#process = process;
    this.#space = space;
    this.#discard = discard;
    const announcement = Promise.withResolvers<string | null>();
    this.#announced = announcement.resolve;
    this.ready = announcement.promise;
    process.control.on('data', (data: Buffer) => this.#receive(data));
    process.control.on('close', () => this.#lost('The runner ended its connection.'));
    void process.ended.then((how) => this.#lost(`The runner ended unexpectedly (${how}).`));
    for (const stream of [process.stdout, process.stderr]) {
      const decoder = new StringDecoder('utf8');
      stream?.on('data', (data: Buffer) => this.#output(decoder.write(data)));
    }
  }

  get isIdle(): boolean {
    return this.#state === 'idle';
  }

  get isBusy(): boolean {
    return this.#state === 'busy';
  }

  get isEnded(): boolean {
    return this.#state === 'ended';
  }

  /** Makes an idle runner the caller's; only then may it run a job. */
  claim(): boolean {
    if (this.#state !== 'idle') {
      return false;
    }
    this.#state = 'busy';
    return true;
  }

  /** Says that the node is alive; without it the runner ends itself. */
  beat(): void {
    if (this.#state !== 'ended' && this.#process.control.writable) {
      this.#process.control.write(BEAT);
    }
  }

  /** Ends the job when its processes need more than they may. */
  enforce(limits: ResourceLimits, table: readonly ProcessInfo[]): void {
    const processes = this.#process.processesIn(table);
    const residentBytes = processes.reduce((sum, info) => sum + info.residentBytes, 0);
    if (limits.memoryBytes !== null && residentBytes > limits.memoryBytes) {
      this.#fail(`The lambda needs more memory than its limit of ${limits.memoryBytes} bytes.`);
    } else if (processes.length > limits.processCount) {
      this.#fail(`The lambda started more processes than its limit of ${limits.processCount}.`);
    }
  }

  /** Runs one job on a claimed runner; never rejects. */
  async run(job: JobToRun, control: JobControl, resultNames: readonly string[]): Promise<JobOutcome> {
    try {
      await this.#space.prepare(job.fileLinks);
    } catch (error) {
      // What the previous job left may be in the way: the next one gets a new runner.
      await this.dispose();
      return { kind: 'crashed', reason: `The job's files could not be prepared: ${messageOf(error)}`, streamed: [] };
    }
    // What the job printed may arrive after its answer: it is heard until the job is concluded.
    this.#onOutput = control.onOutput;
    try {
      const raw = await this.#perform(job, control);
      return await this.#conclude(raw, control.signal.aborted, resultNames);
    } finally {
      this.#onOutput = null;
    }
  }

  /** Ends everything; false when something may still run. */
  async dispose(): Promise<boolean> {
    this.#disposing ??= this.#dispose();
    return await this.#disposing;
  }

  async #dispose(): Promise<boolean> {
    this.#state = 'ended';
    this.#announced('The runner was ended.');
    this.#current?.settle({ kind: 'killed' });
    const isGone = await this.#process.kill();
    this.#process.control.destroy();
    this.#discard(this.#space);
    return isGone;
  }

  async #perform(job: JobToRun, control: JobControl): Promise<RawOutcome> {
    let graceTimer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      this.#process.control.write(encodeFrame('S'));
      graceTimer = setTimeout(() => this.#current?.settle({ kind: 'killed' }), control.graceMs);
    };
    try {
      return await new Promise<RawOutcome>((resolve) => {
        if (this.#stateNow() === 'ended') {
          resolve({ kind: 'crashed', reason: 'The runner ended before it got the job.' });
          return;
        }
        if (control.signal.aborted) {
          resolve({ kind: 'stopped' });
          return;
        }
        this.#current = { control, settle: resolve };
        control.signal.addEventListener('abort', stop, { once: true });
        this.#process.control.write(encodeFrame('J', JSON.stringify(job.request)));
      });
    } finally {
      clearTimeout(graceTimer);
      control.signal.removeEventListener('abort', stop);
      this.#current = null;
    }
  }

  async #conclude(raw: RawOutcome, wasAborted: boolean, resultNames: readonly string[]): Promise<JobOutcome> {
    if (raw.kind === 'killed' || raw.kind === 'stopped' || (raw.kind === 'crashed' && wasAborted)) {
      const isGone = await this.dispose();
      return { kind: 'withdrawn', stage: isGone ? (raw.kind === 'killed' ? 'kill' : 'signal') : 'unreachable' };
    }
    // Output written before the answer is already in its pipe. The answer may have come along with an earlier event of this turn
    // of the loop, which knew nothing of the output yet: after the second turn everything readable has been read.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    const isLast = wasAborted || this.#stateNow() === 'ended';
    if (isLast) {
      await this.#process.kill();
    }
    const streams = await this.#space.collect(resultNames);
    if (isLast) {
      await this.dispose();
    } else if (this.#stateNow() === 'busy') {
      this.#state = 'idle';
    }
    if (raw.kind === 'crashed') {
      return { kind: 'crashed', reason: raw.reason, streamed: streams.streamed };
    }
    return answer(raw.body, streams.streamed, streams.problem);
  }

  #receive(data: Buffer): void {
    if (this.#state === 'ended' && this.#current === null) {
      return;
    }
    try {
      for (const frame of this.#decoder.feed(data)) {
        this.#handle(frame);
      }
    } catch (error) {
      this.#fail(`The runner's connection cannot be read: ${messageOf(error)}`);
    }
  }

  #handle(frame: Frame): void {
    const text = (): string => frame.payload.toString('utf8');
    switch (frame.kind) {
      case 'R':
        if (this.#state === 'starting') {
          this.#state = 'idle';
          this.#announced(null);
        }
        break;
      case 'F':
        this.#lost(text());
        break;
      case 'H':
        this.#current?.control.onHeartbeat();
        break;
      case 'A':
        this.#current?.settle({ kind: 'answered', body: frame.payload });
        break;
      case 'X':
        this.#current?.settle({ kind: 'crashed', reason: text() });
        break;
      case 'T':
        this.#current?.settle({ kind: 'stopped' });
        break;
      case 'E':
        this.#state = 'ended';
        this.#current?.settle({ kind: 'killed' });
        break;
      default:
        this.#fail(`The runner's connection carried something that is not of the protocol.`);
    }
  }

  #output(text: string): void {
    if (this.#onOutput !== null) {
      this.#onOutput(text);
    } else if (this.#state === 'starting' && this.#startOutput.length < MAX_FAILURE_TEXT) {
      this.#startOutput += text;
    }
  }

  #fail(reason: string): void {
    this.#state = 'ended';
    // A job that is being stopped anyway did not fail, it was killed.
    this.#current?.settle(this.#current.control.signal.aborted ? { kind: 'killed' } : { kind: 'crashed', reason });
    void this.#process.kill();
  }

  #lost(reason: string): void {
    if (this.#state === 'starting') {
      this.#announced(`${reason}${this.#startOutput === '' ? '' : `\n${this.#startOutput}`}`.trim());
    }
    this.#state = 'ended';
    this.#current?.settle({ kind: 'crashed', reason });
  }

  /** The state after something was awaited: events may have changed it. */
  #stateNow(): 'starting' | 'idle' | 'busy' | 'ended' {
    return this.#state;
  }
}

function answer(body: Buffer, streamed: readonly StreamedResult[], problem: string | null): JobOutcome {
  try {
    const response: unknown = JSON.parse(body.toString('utf8'));
    return { kind: 'answered', response, streamed, ...(problem === null ? {} : { streamError: problem }) };
  } catch (error) {
    return { kind: 'crashed', reason: `The runner's answer is not JSON: ${messageOf(error)}`, streamed };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
