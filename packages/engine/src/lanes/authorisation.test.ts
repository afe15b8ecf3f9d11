import { describe, expect, it } from 'vitest';
import { Authorisation, authorisationMs } from './authorisation.ts';

describe('an authorisation to hand jobs over (I3)', () => {
  it('is not there before a claim or a commit brought one', () => {
    expect(new Authorisation().holds(0)).toBe(false);
  });

  it('holds for 500 ms from the moment the question was sent', () => {
    const authorisation = new Authorisation();
    authorisation.granted(0, true, 1000);
    expect(authorisation.holds(1000 + authorisationMs - 1)).toBe(true);
    expect(authorisation.holds(1000 + authorisationMs)).toBe(false);
  });

  it('ends at once when a higher stop epoch becomes known', () => {
    const authorisation = new Authorisation();
    authorisation.granted(0, true, 1000);
    authorisation.granted(1, false, 1001);
    expect(authorisation.holds(1002)).toBe(false);
    expect(authorisation.isRevoked).toBe(true);
  });

  it('is not revived by an answer that was under way when the stop came', () => {
    const authorisation = new Authorisation();
    authorisation.granted(0, true, 1000);
    authorisation.revoke();
    authorisation.granted(0, true, 1100);
    expect(authorisation.holds(1101)).toBe(false);
  });

  it('is not made older by an answer that arrives late', () => {
    const authorisation = new Authorisation();
    authorisation.granted(0, true, 2000);
    authorisation.granted(0, true, 1000);
    expect(authorisation.holds(2400)).toBe(true);
  });
});
