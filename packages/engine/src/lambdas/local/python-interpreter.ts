/** The real Python interpreter of this machine: never a shim, whose target depends on the caller's environment. */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { findProgram } from '../sandbox/isolation.ts';

export interface PythonInterpreter {
  readonly executable: string;
  /** Directories outside /usr that the interpreter lives in. */
  readonly prefixes: readonly string[];
  readonly version: string;
  /** Its own pip can install into another environment (`--python`, pip 22.3). */
  readonly canInstallElsewhere: boolean;
}

export type FoundPython = { readonly ok: true; readonly python: PythonInterpreter } | { readonly ok: false; readonly reason: string };

const QUESTION = `import json, sys
try:
    import pip
    can_install = tuple(int(part) for part in pip.__version__.split(".")[:2]) >= (22, 3)
except Exception:
    can_install = False
print(json.dumps({"executable": sys.executable, "prefixes": [sys.base_prefix, sys.base_exec_prefix],
                  "version": "%d.%d.%d" % sys.version_info[:3], "canInstallElsewhere": can_install}))`;

/** Asks `python3` of the server's PATH who it is. */
export async function findPython(): Promise<FoundPython> {
  const shim = await findProgram('python3');
  if (shim === null) {
    return { ok: false, reason: 'python3 is not installed on this machine' };
  }
  try {
    const answer = JSON.parse(await ask(shim)) as PythonInterpreter;
    const [major = 0, minor = 0] = answer.version.split('.').map(Number);
    if (major < 3 || minor < 8) {
      return { ok: false, reason: `Python 3.8 or newer is needed, ${shim} is ${answer.version}` };
    }
    const executable = await realpath(answer.executable);
    const prefixes = [...new Set(answer.prefixes)].filter((prefix) => prefix !== '/usr' && !prefix.startsWith('/usr/'));
    return { ok: true, python: { ...answer, executable, prefixes } };
  } catch (error) {
    return { ok: false, reason: `${shim} does not work: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function ask(program: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    execFile(program, ['-I', '-c', QUESTION], { timeout: 30_000 }, (error, stdout) => {
      if (error === null) {
        resolve(stdout);
      } else {
        reject(error);
      }
    });
  });
}
