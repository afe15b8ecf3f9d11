/** Failures of the file system as errors of the contract. */
import { ok, posixError, refuse, type ErrorObject, type Result } from '@laneway/model';

/** A refusal of our own with an errno, raised where the operating system would have raised it. */
export class ErrnoError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The errno of a failed system call in upper case, or null for any other exception. */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : null;
}

/** Runs a file operation; a failed system call becomes a `posix` error, anything else stays an exception. */
export async function attempt<T>(run: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await run());
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    return refuse(posixError(errno));
  }
}

/** Whether a `posix` error says that something may not be done, rather than that it cannot be. */
export function isAccessDenied({ id, details }: ErrorObject): boolean {
  return id === 'posix' && ['eacces', 'eperm'].includes(String(details?.['errno']));
}

/** Runs the task on every element, at most `width` at a time. */
export async function forEachBounded<T>(elements: readonly T[], width: number, run: (element: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < elements.length) {
      const element = elements[next] as T;
      next += 1;
      await run(element);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, elements.length) }, lane));
}
