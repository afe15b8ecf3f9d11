import { labelFilterField, labelsField } from '@laneway/model';
import { describe, expect, it } from 'vitest';

const read = (value: unknown) => labelsField()(value, 'labels', 'oneprovider');
const filter = (value: unknown) => labelFilterField()(value, 'label', 'oneprovider');

describe('labels', () => {
  it('are texts under plain names, up to the limits', () => {
    const most = Object.fromEntries(Array.from({ length: 32 }, (_, at) => [`${'n'.repeat(60)}${at}`, '😀'.repeat(255)]));
    expect(read(most)).toEqual({ ok: true, value: most });
    expect(read({ 'A-z/0.9_': '' })).toMatchObject({ ok: true });
    expect(read(JSON.parse('{"__proto__": "x"}'))).toMatchObject({ ok: true });
  });

  it.each([
    [null, 'badValueJSON', 'labels'],
    [Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`l${at}`, ''])), 'badData', 'labels'],
    [{ ä: '' }, 'badData', 'labels.ä'],
    [{ ['n'.repeat(64)]: '' }, 'badData', `labels.${'n'.repeat(64)}`],
    [{ a: null }, 'badValueString', 'labels.a'],
    [{ a: true }, 'badValueString', 'labels.a'],
    [{ a: '😀'.repeat(256) }, 'badValueTextTooLarge', 'labels.a'],
    [{ a: '\u{d800}' }, 'badData', 'labels.a'],
  ])('%j are refused by name', (value, id, key) => {
    expect(read(value)).toMatchObject({ ok: false, error: { id, details: { key } } });
  });
});

describe('a filter by labels', () => {
  it('takes one pair or several, and everything after the first = is the value', () => {
    expect(filter('a=b')).toEqual({ ok: true, value: [['a', 'b']] });
    expect(filter(['a=b=c', 'd='])).toEqual({
      ok: true,
      value: [
        ['a', 'b=c'],
        ['d', ''],
      ],
    });
  });

  it.each(['a', '=b', 'a b=c'])('refuses %j', (text) => {
    expect(filter(text)).toMatchObject({ ok: false, error: { id: 'badData', details: { key: 'label' } } });
  });

  it('refuses what is no text', () => {
    expect(filter(1)).toMatchObject({ ok: false, error: { id: 'badValueListOfStrings' } });
    expect(filter([1])).toMatchObject({ ok: false, error: { id: 'badValueListOfStrings' } });
  });
});
