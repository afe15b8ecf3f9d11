/** A lambda that tries to break out: contained with the sandbox; each attempt works without, so that the test can fail. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench, prepare, pythonLambda, runJob, SANDBOX_MODES, taskFor, type Bench } from './support.ts';

const HOSTILE = `
import ctypes, os, socket, subprocess, sys

def attempt(action):
    try:
        return action()
    except Exception as error:
        return "refused: %s: %s" % (type(error).__name__, error)

def write(path):
    with open(path, "w") as out:
        out.write("was here")
    return "written"

def read(path):
    with open(path) as content:
        return content.read()

def server_environment(name):
    for pid in os.listdir("/proc"):
        if pid.isdigit():
            try:
                with open("/proc/%s/environ" % pid, "rb") as environ:
                    if name.encode() in environ.read():
                        return "found"
            except OSError:
                pass
    return "refused: not found"

def remount():
    libc = ctypes.CDLL(None, use_errno=True)
    MS_REMOUNT, MS_BIND = 32, 4096
    if libc.mount(None, b"/usr", None, MS_REMOUNT | MS_BIND, None) == 0:
        return "remounted"
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

def remount_apart():
    # In a mount namespace of its own, so that the machine of the tests stays as it is where this succeeds.
    libc = ctypes.CDLL(None, use_errno=True)
    CLONE_NEWNS, MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 1, 32, 4096, 16384, 1 << 18
    reader, writer = os.pipe()
    if os.fork() == 0:
        done = (
            libc.unshare(CLONE_NEWNS) == 0
            and libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None) == 0
            and libc.mount(b"/usr", b"/usr", None, MS_BIND, None) == 0
            and libc.mount(None, b"/usr", None, MS_REMOUNT | MS_BIND | MS_RDONLY, None) == 0
        )
        if done:
            os.write(writer, b"remounted")
        os._exit(0)
    os.close(writer)
    os.wait()
    return os.read(reader, 100).decode() or "refused: "

def capabilities():
    with open("/proc/self/status") as status:
        fields = dict(line.rstrip("\\n").split(":\\t", 1) for line in status if ":\\t" in line)
    return {key: fields.get(key) for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs")}

def connect(port):
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        return "connected"

def kernel_setting():
    with open("/proc/sys/kernel/core_pattern", "r+") as setting:
        value = setting.read()
        setting.seek(0)
        setting.write(value.strip())
    return "written"

def fresh_proc():
    libc = ctypes.CDLL(None, use_errno=True)
    CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x10000000, 0x20000000
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            if libc.unshare(CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID) != 0:
                raise OSError(ctypes.get_errno(), "unshare")
            if os.fork() == 0:
                os.makedirs("/tmp/p", exist_ok=True)
                if libc.mount(b"proc", b"/tmp/p", b"proc", 0, None) != 0:
                    raise OSError(ctypes.get_errno(), "mount")
                open("/tmp/p/sys/kernel/core_pattern", "r+").close()
                os.write(writer, b"opened")
                os._exit(0)
            os.wait()
        except OSError:
            pass
        os._exit(0)
    os.close(writer)
    os.wait()
    answer = os.read(reader, 100).decode()
    return answer or "refused: "

def handle(request, heartbeat):
    config = request["ctx"]["config"]
    return {"resultsBatch": [{
        "writeOutside": attempt(lambda: write(config["outside"])),
        "readSecret": attempt(lambda: read(config["secret"])),
        "otherSpace": attempt(lambda: read(config["otherSpace"])),
        "throughLink": attempt(lambda: read(os.path.join(config["spaceInside"], "link-out"))),
        "serverEnvironment": attempt(lambda: server_environment(config["serverVariable"])),
        "remount": attempt(remount),
        "remountApart": attempt(remount_apart),
        "connect": attempt(lambda: connect(config["port"])),
        "kernel": attempt(kernel_setting),
        "freshProc": attempt(fresh_proc),
        "root": sorted(os.listdir("/")),
        "home": attempt(lambda: [name for name in os.listdir("/root") if name != ".pyenv"]),
        "capabilities": capabilities(),
        "space": attempt(lambda: write(os.path.join(config["spaceInside"], "allowed"))),
    }]}
`;

/** Whether this very process may mount (CAP_SYS_ADMIN): then a lambda without a sandbox may as well. */
function mayMount(): boolean {
  const effective = /^CapEff:\t([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${effective}`) & (1n << 21n)) !== 0n;
}

describe.each(SANDBOX_MODES)('a hostile lambda with sandbox "%s"', (sandbox) => {
  let bench: Bench;
  let results: Record<string, unknown>;
  const isContained = sandbox !== 'off';
  beforeAll(async () => {
    bench = await openBench({ sandbox, lambdas: { hostile: pythonLambda(HOSTILE) } });
    mkdirSync(join(bench.directory, 'data'));
    mkdirSync(join(bench.directory, 'other-space'));
    writeFileSync(join(bench.directory, 'data/secret'), 'token');
    writeFileSync(join(bench.directory, 'other-space/file'), 'private');
    symlinkSync(join(bench.directory, 'data/secret'), join(bench.spaceRoot, 'link-out'));
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const handle = await prepare(bench, taskFor(bench, 'test'));
    const { outcome } = await runJob(handle, [{}], {
      config: {
        outside: join(bench.directory, 'data/outside'),
        secret: join(bench.directory, 'data/secret'),
        otherSpace: join(bench.directory, 'other-space/file'),
        spaceInside: isContained ? '/mnt/onedata/krakow' : bench.spaceRoot,
        serverVariable: readFileSync('/proc/self/environ', 'utf8')
          .split('\0')
          .find((entry) => entry.startsWith('PATH='))!,
        port: (server.address() as { port: number }).port,
      },
    });
    await handle.dispose();
    server.close();
    expect(outcome.kind).toBe('answered');
    results = (outcome as unknown as { response: { resultsBatch: Record<string, unknown>[] } }).response.resultsBatch[0]!;
  });
  afterAll(async () => {
    await bench.close();
  });

  const refused = expect.stringMatching(/^refused: /);

  test('writes outside its space only without a sandbox', () => {
    expect(results['writeOutside']).toEqual(isContained ? refused : 'written');
    expect(existsSync(join(bench.directory, 'data/outside'))).toBe(!isContained);
  });

  test('reads the data directory and other spaces only without a sandbox, also through a link in its space', () => {
    expect(results['readSecret']).toEqual(isContained ? refused : 'token');
    expect(results['otherSpace']).toEqual(isContained ? refused : 'private');
    expect(results['throughLink']).toEqual(isContained ? refused : 'token');
  });

  test("reads the server's environment only without a sandbox", () => {
    expect(results['serverEnvironment']).toEqual(isContained ? refused : 'found');
  });

  test('reaches the network only without a sandbox', () => {
    expect(results['connect']).toEqual(isContained ? refused : 'connected');
  });

  test('remounts only without a sandbox', () => {
    expect(results['remountApart']).toEqual(isContained || !mayMount() ? refused : 'remounted');
  });

  if (isContained) {
    test('has no capability, gains none, and cannot remount or set the kernel', () => {
      const none = '0000000000000000';
      expect(results['capabilities']).toMatchObject({ CapInh: none, CapPrm: none, CapEff: none, CapAmb: none, NoNewPrivs: '1' });
      expect(results['remount']).toEqual(refused);
      expect(results['kernel']).toEqual(refused);
      expect(results['freshProc']).toEqual(refused);
      for (const folder of ['home', 'srv', 'media', 'boot']) expect(results['root']).not.toContain(folder);
      expect(results['home']).toBeOneOf([refused, []]);
    });
  }

  test('may write into its own space', () => {
    expect(results['space']).toBe('written');
    expect(readFileSync(join(bench.spaceRoot, 'allowed'), 'utf8')).toBe('was here');
  });
});
