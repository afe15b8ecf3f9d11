/** The files that a lambda may open by id: every id found anywhere in its input (design §8, lambdas §10). */
import { isFileId } from '../files/file-id.ts';

const byIdPath = /^(?:\/mnt\/onedata\/)?\.__onedata__file_id__([0-9a-z]{38})/;

/** Adds the ids under keys `fileId` and in texts that begin with the by-id form of a path. */
export function collectFileIds(value: unknown, fileIds: Set<string>): void {
  if (typeof value === 'string') {
    // The cheap test first: almost no text begins like this.
    if (value.startsWith('.__onedata__') || value.startsWith('/mnt/onedata/.__onedata__')) {
      const id = byIdPath.exec(value)?.[1];
      if (id !== undefined && isFileId(id)) fileIds.add(id);
    }
  } else if (Array.isArray(value)) {
    for (const element of value) collectFileIds(element, fileIds);
  } else if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      const element = (value as Readonly<Record<string, unknown>>)[key];
      if (key === 'fileId' && typeof element === 'string' && isFileId(element)) fileIds.add(element);
      else collectFileIds(element, fileIds);
    }
  }
}
