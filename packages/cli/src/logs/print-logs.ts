/** Prints audit logs of an execution, those of its tasks among them, and goes on while it runs. */
import { ApiError, UnreachableError, type LanewayClient, type LogEntry } from '@laneway/client';
import { phaseOf } from '@laneway/model';
import { CliError } from '../failure.ts';
import { writeLine, type Terminal } from '../terminal.ts';
import { ForwardCursor, pageLimit, type LogLine, type LogStart } from './log-cursor.ts';
import { LogFinder, type Found, type LogSelection } from './log-sources.ts';
import { humanLine, isAsSevereAs, jsonLine, referencedTasks, type Severity } from './log-text.ts';
import { mergeForward, readTail } from './merge-logs.ts';

export interface LogRequest {
  readonly executionId: string;
  readonly selection: LogSelection;
  /** This severity and worse. */
  readonly level: Severity | undefined;
  /** Milliseconds since 1970. */
  readonly since: number | undefined;
  /** How many of the last entries; all when absent. */
  readonly tail: number | undefined;
  readonly isJson: boolean;
}

/** A server that restarts is waited for this long, then it is an error that it does not answer. */
const patienceMs = 10 * 60 * 1000;
/** Between two looks at logs that go on, and between two attempts to reach the server. */
const paceMs = 500;
const maxSayings = 1000;

export class LogPrinter {
  readonly #request: LogRequest;
  readonly #terminal: Terminal;
  /** Made anew after an interruption: a server may come back at another address. */
  readonly #connect: () => LanewayClient;
  readonly #finder: LogFinder;
  readonly #cursors = new Map<string, ForwardCursor>();
  readonly #strangers = new Set<string>();
  /** What was told last → the log that told it. */
  readonly #said = new Map<string, string>();
  #client: LanewayClient;
  #isShortened = false;

  constructor(request: LogRequest, terminal: Terminal, connect: () => LanewayClient) {
    this.#request = request;
    this.#terminal = terminal;
    this.#connect = connect;
    this.#client = connect();
    this.#finder = new LogFinder(request.executionId, request.selection);
  }

  /** What there is. */
  async print(): Promise<void> {
    const found = await this.#finder.look(this.#client);
    if (this.#request.tail === undefined) await this.#printNew(found, true);
    else await this.#printTail(found);
    this.#hint();
  }

  /** What there is and what comes, until the execution has ended and all of it is printed. */
  async follow(): Promise<void> {
    let isTailDue = this.#request.tail !== undefined;
    let silentSince: number | undefined;
    for (;;) {
      try {
        // Looked at before the logs are read: what was written before the end is in them by then.
        const found = await this.#finder.look(this.#client);
        const hasEnded = phaseOf(found.details.status) === 'ended';
        if (isTailDue) await this.#printTail(found);
        isTailDue = false;
        await this.#printNew(found, hasEnded);
        if (hasEnded) break;
        silentSince = undefined;
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (silentSince === undefined) this.#terminal.err.write('the server does not answer, waiting for it\n');
        silentSince ??= performance.now();
        if (performance.now() - silentSince > patienceMs) throw error;
        this.#reconnect();
      }
      await new Promise((resolve) => setTimeout(resolve, paceMs));
    }
    this.#hint();
  }

  async #printTail(found: Found): Promise<void> {
    const { tail: count = 0, since } = this.#request;
    const tail = await readTail(this.#client, found.sources, { count, since, isWanted: (entry) => this.#isWanted(entry) });
    for (const [storeId, index] of tail.nextIndex) this.#open(found, storeId, { at: 'index', index });
    for (const line of tail.lines) await this.#printLine(line);
  }

  /** Logs of lane runs that are over are read to their end once, and once more at the end. */
  async #printNew(found: Found, isLast: boolean): Promise<void> {
    const { since } = this.#request;
    const start: LogStart = since === undefined ? { at: 'oldest' } : { at: 'time', timestamp: since };
    const cursors: ForwardCursor[] = [];
    for (const source of found.sources) {
      const known = this.#cursors.get(source.storeId);
      const wasOver = known?.source.task?.isOver ?? false;
      const cursor = known ?? this.#open(found, source.storeId, start);
      if (cursor === undefined) continue;
      cursor.source = source;
      if (wasOver && !isLast) continue;
      cursor.reopen();
      cursors.push(cursor);
    }
    for await (const line of mergeForward(this.#client, cursors)) await this.#printLine(line);
  }

  #open(found: Found, storeId: string, start: LogStart): ForwardCursor | undefined {
    const source = found.sources.find((candidate) => candidate.storeId === storeId);
    if (source === undefined) return undefined;
    const cursor = new ForwardCursor(source, start, pageLimit(found.sources.length));
    this.#cursors.set(storeId, cursor);
    return cursor;
  }

  #isWanted(entry: LogEntry): boolean {
    return this.#request.level === undefined || isAsSevereAs(entry.severity, this.#request.level);
  }

  async #printLine(line: LogLine): Promise<void> {
    if (!this.#isWanted(line.entry)) return;
    if (this.#request.isJson) {
      await writeLine(this.#terminal, jsonLine(line));
      return;
    }
    await this.#meet(referencedTasks(line.entry.content));
    const { text, isShortened, saying } = humanLine(line, (taskId) => this.#finder.place(taskId), this.#terminal.color);
    this.#isShortened ||= isShortened;
    if (this.#wasSaid(saying, line.source.storeId)) return;
    await writeLine(this.#terminal, text);
  }

  /** Whether another log just told the same; logs that are followed may tell it in either order. */
  #wasSaid(saying: string, storeId: string): boolean {
    const sayer = this.#said.get(saying);
    this.#said.set(saying, storeId);
    const oldest = this.#said.keys().next();
    if (this.#said.size > maxSayings && oldest.done !== true) this.#said.delete(oldest.value);
    return sayer !== undefined && sayer !== storeId;
  }

  /** Tasks that came into being since the last look; one that is not found then is gone. */
  async #meet(taskIds: readonly string[]): Promise<void> {
    const isNew = (taskId: string): boolean => this.#finder.place(taskId) === undefined && !this.#strangers.has(taskId);
    if (!taskIds.some(isNew)) return;
    try {
      await this.#finder.look(this.#client);
    } catch (error) {
      // A name is not worth what would be printed twice.
      if (!isPassing(error)) throw error;
    }
    for (const taskId of taskIds.filter(isNew)) this.#strangers.add(taskId);
  }

  #reconnect(): void {
    try {
      this.#client = this.#connect();
    } catch (error) {
      // The server that restarts has not told its address yet.
      if (!(error instanceof CliError)) throw error;
    }
  }

  #hint(): void {
    if (this.#isShortened) this.#terminal.err.write('hint: some details are shortened, --json prints them whole\n');
  }
}

/** Nobody answers, or somebody in between who has nobody to ask. */
function isPassing(error: unknown): boolean {
  return error instanceof UnreachableError || (error instanceof ApiError && error.status >= 502);
}
