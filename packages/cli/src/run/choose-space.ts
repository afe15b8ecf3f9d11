import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { LanewayClient, Space } from '@laneway/client';
import { CliError } from '../failure.ts';
import { choose } from '../names/choose.ts';
import { containerWords } from '../names/find-container.ts';
import type { Made } from './undo.ts';

/** The space with this name or id, of those that the caller is in: nowhere else can he run anything. */
export async function findSpace(client: LanewayClient, name: string): Promise<Space> {
  const spaces = await client.spaces.own();
  const found = choose(containerWords.spaces, name, spaces, (space) => ({ id: space.spaceId, names: [space.name] }));
  if (found !== undefined) return found;
  throw new CliError(
    `there is no space "${name}"`,
    `known: ${spaces.map((space) => space.name).join(', ') || 'none'}; make one with "laneway space create"`,
  );
}

/** The space of a directory: the one that is registered for its real path, or a new one, of which `made` is told. */
export async function spaceForDirectory(client: LanewayClient, directory: string, readonly: boolean, made: Made): Promise<Space> {
  const path = realDirectory(directory);
  for (const space of await client.spaces.own()) {
    if (space.path !== path) continue;
    if (readonly && space.readonly !== true) {
      throw new CliError(
        `${path} is already registered as the writable space "${space.name}"`,
        'leave out --readonly, or remove that space',
      );
    }
    return space;
  }
  const spaceId = await client.spaces.create({ name: spaceName(path), path, readonly });
  made(`space ${spaceId}`, async () => await client.spaces.delete(spaceId));
  return await client.spaces.get(spaceId);
}

/** Real path of an existing directory. */
export function realDirectory(directory: string): string {
  try {
    const path = realpathSync(directory);
    if (statSync(path).isDirectory()) return path;
  } catch {
    // Reported below.
  }
  throw new CliError(`"${directory}" is not a directory`, 'make it first; paths are relative to where the command runs');
}

/** Readable, allowed as a name (rest R108), and different for directories of the same name. */
export function spaceName(path: string): string {
  const plain = basename(path)
    .replaceAll(/[^\p{L}\p{M}\p{N}_.-]+/gu, '_')
    .replaceAll(/^[.-]+|[.-]+$/g, '');
  const word = Array.from(plain).slice(0, 80).join('');
  const mark = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return `${word === '' ? 'directory' : word}-${mark}`;
}
