/** File ids: a function of space and path, so every node and every incarnation finds the same one (design §8). */
import { hash } from 'node:crypto';

const shape = /^[0-9a-f]{32}ch[0-9a-f]{4}$/;

/** Id of a path relative to its space's root (`''` = the root), shaped like Onedata's ids. */
export function fileIdOf(spaceId: string, path: string): string {
  const digest = hash('sha256', `${spaceId}\0${path}`);
  return `${digest.slice(0, 32)}ch${digest.slice(32, 36)}`;
}

/** Whether a text can be a file id at all (data-and-stores R5: "not decodable"). */
export function isFileId(text: string): boolean {
  return shape.test(text);
}
