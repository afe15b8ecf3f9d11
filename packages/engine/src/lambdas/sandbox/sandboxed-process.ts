/**
 * One program in its sandbox, and the certainty that it ends. With bwrap, killing means killing pid 1 of the PID namespace:
 * the kernel takes everything else along. Without, the process tree and all that carries the runner's cookie is killed.
 *
 * Ownership: whoever starts one must call `kill`, also after it ended by itself.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { buildCommand, INFO_FD, type Launch } from './command.ts';
import type { Isolation } from './isolation.ts';
import { isRunning, lookAtProcesses, treeOf, type ProcessInfo } from './process-table.ts';

/** How long a killed process may take to be gone before it counts as unreachable; less than the engine waits for an outcome. */
const KILL_TIMEOUT_MS = 600;
const KILL_ROUND_MS = 5;
/** How long bwrap may take to notice that its child is dead. */
const BWRAP_END_MS = 300;

export class SandboxedProcess {
  readonly #child: ChildProcess;
  readonly #isolated: boolean;
  readonly #cookie: string;
  readonly #control: Duplex;
  #firstPid: number | null = null;
  #killing: Promise<boolean> | null = null;
  /** Resolves with a description of how the program ended, or why it could not start. */
  readonly ended: Promise<string>;

  constructor(isolation: Isolation, launch: Launch, cookie: string) {
    const [program = '', ...args] = buildCommand(isolation, launch, INFO_FD);
    this.#isolated = isolation.kind === 'bwrap';
    this.#cookie = cookie;
    this.#child = spawn(program, args, {
      // bwrap gets its environment as arguments; its own is empty so that nothing of the server shows in /proc.
      env: this.#isolated ? {} : { ...launch.environment },
      cwd: this.#isolated ? '/' : launch.workingDirectory,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      // A Ctrl-C in the server's terminal is the server's business.
      detached: true,
    });
    this.#control = this.#child.stdio[3] as Duplex;
    this.#readFirstPid(this.#child.stdio[INFO_FD] as Readable);
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
  }

  /** Both ways to the program, its descriptor 3. */
  get control(): Duplex {
    return this.#control;
  }

  get stdout(): Readable | null {
    return this.#child.stdout;
  }

  get stderr(): Readable | null {
    return this.#child.stderr;
  }

  /** The processes of this sandbox as a table shows them. */
  processesIn(table: readonly ProcessInfo[]): readonly ProcessInfo[] {
    return this.#child.pid === undefined ? [] : treeOf(table, this.#child.pid);
  }

  /** Ends everything at once; false when something could not be ended. May be called again and again. */
  async kill(): Promise<boolean> {
    // Looking fails when the node has no free descriptors: then nobody knows what is left.
    this.#killing ??= (this.#isolated ? this.#killNamespace() : this.#killTree()).catch(() => {
      this.#child.kill('SIGKILL');
      return false;
    });
    return await this.#killing;
  }

  #readFirstPid(info: Readable): void {
    let text = '';
    info.setEncoding('utf8');
    info.on('data', (piece: string) => {
      text += piece;
      const found = /"child-pid":\s*(\d+)/.exec(text);
      if (found !== null) {
        this.#firstPid = Number(found[1]);
      }
    });
    info.on('error', () => undefined);
    this.#control.on('error', () => undefined);
  }

  async #killNamespace(): Promise<boolean> {
    const deadline = performance.now() + KILL_TIMEOUT_MS;
    const first = this.#firstPid;
    if (first === null) {
      return await this.#killUnannounced(deadline);
    }
    // While bwrap has not been collected its child's pid cannot belong to anybody else. bwrap then collects it and ends by
    // itself; killed at the same time it would leave that to the machine's init, and not every container has one.
    if (this.#isAlive()) {
      killQuietly(first);
      await this.#endsWithin(BWRAP_END_MS);
    }
    if (this.#isAlive()) {
      this.#child.kill('SIGKILL');
      await this.#endsWithin(deadline - performance.now());
    }
    return await becomesTrue(() => !this.#isAlive() && !isRunning(first), deadline);
  }

  /**
   * A bwrap that has not told its child's pid may be about to start it, and a child whose bwrap dies too early waits for ever:
   * it is stopped first, so that it has all the children it will ever have.
   */
  async #killUnannounced(deadline: number): Promise<boolean> {
    if (!this.#isAlive()) {
      return true;
    }
    this.#child.kill('SIGSTOP');
    const left = this.processesIn(await lookAtProcesses()).map((info) => info.pid);
    for (const pid of left) {
      killQuietly(pid);
    }
    return await becomesTrue(() => !this.#isAlive() && !left.some(isRunning), deadline);
  }

  /** Looks again only when everything found before is gone: what was killed may have started something in between. */
  async #killTree(): Promise<boolean> {
    const deadline = performance.now() + KILL_TIMEOUT_MS;
    for (;;) {
      const left = await this.#findTree();
      for (const pid of left) {
        killQuietly(pid);
      }
      await this.#endsWithin(deadline - performance.now());
      if (!(await becomesTrue(() => !this.#isAlive() && !left.some(isRunning), deadline))) {
        return false;
      }
      if (left.length === 0) {
        return true;
      }
    }
  }

  /** The process tree, and whatever left it but still carries the cookie. */
  async #findTree(): Promise<readonly number[]> {
    const table = await lookAtProcesses();
    const tree = new Set(this.#isAlive() ? this.processesIn(table).map((info) => info.pid) : []);
    return table.filter((info) => info.pid !== process.pid && (tree.has(info.pid) || info.cookie === this.#cookie)).map((info) => info.pid);
  }

  async #endsWithin(timeoutMs: number): Promise<void> {
    if (!this.#isAlive() || timeoutMs <= 0) {
      return;
    }
    const tooLate = Promise.withResolvers<void>();
    const timer = setTimeout(tooLate.resolve, timeoutMs);
    await Promise.race([this.ended, tooLate.promise]);
    clearTimeout(timer);
  }

  #isAlive(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

async function becomesTrue(condition: () => boolean, deadline: number): Promise<boolean> {
  while (!condition()) {
    if (performance.now() > deadline) {
      return false;
    }
    await delay(KILL_ROUND_MS);
  }
  return true;
}
