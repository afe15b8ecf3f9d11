/**
 * Extended attributes of the file system. Node has no call for them, so a small Python process makes them:
 * started at the first use, one JSON line per request, on descriptors of this process
 * (`/proc/<pid>/fd/<n>`), so it never looks a path up itself.
 *
 * Where there is no Python that works, everything stays in the registry (see xattrs.ts). A helper that once worked
 * and then ends, or does not answer in time, is another matter: the file system holds values by now, and passing over
 * them would hide them from readers and let writers make a second one. Requests under way fail with EIO, the
 * next one starts a new child.
 *
 * Ownership: one child per helper at a time; `close` ends it. A request that is not answered in time ends it as well.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';

const program = `
import base64, errno, json, os, sys
def answer(r):
    path, op = r["path"], r["op"]
    if op == "read":
        found = {}
        for name in os.listxattr(path):
            if name.startswith("user."):
                try:
                    found[name[5:]] = base64.b64encode(os.getxattr(path, name)).decode()
                except OSError as e:
                    # Removed since it was listed.
                    if e.errno != errno.ENODATA:
                        raise
        return {"values": found}
    name = "user." + r["name"]
    if op == "set":
        os.setxattr(path, name, base64.b64decode(r["value"]))
    else:
        try:
            os.removexattr(path, name)
        except OSError as e:
            if e.errno != errno.ENODATA:
                raise
    return {}
for line in sys.stdin:
    r = json.loads(line)
    try:
        out = answer(r)
    except OSError as e:
        out = {"errno": errno.errorcode.get(e.errno, "EIO")}
    except ValueError:
        out = {"errno": "EINVAL"}
    out["id"] = r["id"]
    print(json.dumps(out), flush=True)
`;

interface Answer {
  readonly id: number;
  readonly errno?: string;
  readonly values?: Readonly<Record<string, string>>;
}

export type XattrAnswer =
  | { readonly kind: 'done'; readonly values: ReadonlyMap<string, Buffer> }
  | { readonly kind: 'errno'; readonly errno: string };

const answerWithinMs = 10_000;

export class XattrHelper {
  readonly #command: string;
  readonly #answerWithinMs: number;
  readonly #waiting = new Map<number, (answer: XattrAnswer) => void>();
  #child: ChildProcess | null = null;
  #hasWorked = false;
  /** No interpreter that works: asked no more. */
  #isMissing = false;
  #isClosed = false;
  #nextId = 1;

  /** `command`: a Python interpreter. */
  constructor(command: string, options: { readonly answerWithinMs?: number } = {}) {
    this.#command = command;
    this.#answerWithinMs = options.answerWithinMs ?? answerWithinMs;
  }

  async read(descriptor: number): Promise<XattrAnswer> {
    return await this.#ask(descriptor, { op: 'read' });
  }

  async set(descriptor: number, name: string, value: Buffer): Promise<XattrAnswer> {
    return await this.#ask(descriptor, { op: 'set', name, value: value.toString('base64') });
  }

  async remove(descriptor: number, name: string): Promise<XattrAnswer> {
    return await this.#ask(descriptor, { op: 'remove', name });
  }

  close(): void {
    this.#isClosed = true;
    if (this.#child !== null) this.#end(this.#child, failed);
  }

  async #ask(descriptor: number, request: Readonly<Record<string, string>>): Promise<XattrAnswer> {
    if (this.#isMissing) return notSupported;
    if (this.#isClosed) return failed;
    const child = this.#child ?? this.#start();
    const id = this.#nextId;
    this.#nextId += 1;
    return await new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(child, failed), this.#answerWithinMs);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      child.stdin?.write(`${JSON.stringify({ id, path: `/proc/${process.pid}/fd/${descriptor}`, ...request })}\n`);
    });
  }

  #start(): ChildProcess {
    const child = spawn(this.#command, ['-I', '-S', '-c', program], { stdio: ['pipe', 'pipe', 'ignore'], cwd: '/' });
    this.#child = child;
    // An idle helper must not keep the process alive; a question under way does, by its timer.
    child.unref();
    for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref();
    child.on('error', () => this.#broke(child));
    child.on('exit', () => this.#broke(child));
    child.stdin.on('error', () => this.#broke(child));
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(JSON.parse(line) as Answer));
    return child;
  }

  #take(answer: Answer): void {
    this.#hasWorked = true;
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.errno !== undefined) waiting?.({ kind: 'errno', errno: answer.errno });
    else
      waiting?.({
        kind: 'done',
        values: new Map(Object.entries(answer.values ?? {}).map(([name, value]) => [name, Buffer.from(value, 'base64')])),
      });
  }

  /** The child is of no use any more by itself. */
  #broke(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#isMissing = !this.#hasWorked;
    this.#end(child, this.#isMissing ? notSupported : failed);
  }

  #end(child: ChildProcess, answer: XattrAnswer): void {
    if (this.#child !== child) return;
    this.#child = null;
    child.kill('SIGKILL');
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const resolve of waiting) resolve(answer);
  }
}

const notSupported: XattrAnswer = { kind: 'errno', errno: 'ENOTSUP' };
const failed: XattrAnswer = { kind: 'errno', errno: 'EIO' };
