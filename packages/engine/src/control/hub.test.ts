import { describe, expect, it } from 'vitest';
import { Hub } from './hub.ts';

describe('waiting for an execution', () => {
  it('ends at a notification of that execution and of no other', async () => {
    const hub = new Hub();
    let ended = false;
    const waiting = hub.wait('one', 60_000).then(() => (ended = true));
    hub.notify('other');
    await Promise.resolve();
    expect(ended).toBe(false);
    hub.notify('one');
    await waiting;
    expect(ended).toBe(true);
  });

  it('ends at the abort, also when it was aborted before', async () => {
    const hub = new Hub();
    const abort = new AbortController();
    const waiting = hub.wait('one', 60_000, abort.signal);
    abort.abort();
    await waiting;
    await expect(hub.wait('one', 60_000, abort.signal)).resolves.toBeUndefined();
  });

  it('tells observers until they leave', () => {
    const hub = new Hub();
    const seen: string[] = [];
    const leave = hub.observe((executionId) => seen.push(executionId));
    hub.notify('one');
    leave();
    hub.notify('two');
    expect(seen).toEqual(['one']);
  });
});
