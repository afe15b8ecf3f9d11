import { ApiError, type LanewayClient, type Space } from '@laneway/client';
import { CliError } from '../failure.ts';
import { expandGlob, isGlob } from './glob.ts';
import type { ResolvePath } from './inputs.ts';

/** Resolves paths and patterns inside the space through the server. */
export function spaceFiles(client: LanewayClient, space: Space): ResolvePath {
  return async (path) => {
    if (path === '') return [await client.files.lookup(space.spaceId)];
    if (!isGlob(path)) return [await lookup(client, space, path)];
    const found = await expandGlob(client.files, await client.files.lookup(space.spaceId), path);
    if (found.length === 0) throw new CliError(`no file of the space "${space.name}" matches "${path}"`);
    return found.map((file) => file.fileId);
  };
}

async function lookup(client: LanewayClient, space: Space, path: string): Promise<string> {
  try {
    return await client.files.lookup(`${space.spaceId}/${path}`);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.error.id === 'posix')) {
      throw new CliError(`the space "${space.name}" has no file "${path}"`, 'paths are relative to the root of the space');
    }
    throw error;
  }
}
