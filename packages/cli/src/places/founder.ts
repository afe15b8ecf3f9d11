/** For whom a space, inventory or group is made. */
import type { Founder, LanewayClient } from '@laneway/client';
import { Option, type Command } from 'commander';
import { findContainer } from '../names/find-container.ts';

export interface FounderOptions {
  readonly forGroup?: string;
  readonly forNobody?: boolean;
}

export function withFounder(command: Command): Command {
  return command
    .option('--for-group <group>', 'this group gets all privileges there, and not you')
    .addOption(new Option('--for-nobody', 'nobody is in it at first (administrators)').conflicts('forGroup'));
}

export async function founderOf(client: LanewayClient, { forGroup, forNobody }: FounderOptions): Promise<Founder> {
  if (forNobody === true) return 'nobody';
  return forGroup === undefined ? 'self' : { groupId: (await findContainer(client, 'groups', forGroup)).id };
}
