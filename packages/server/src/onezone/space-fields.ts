/** Keys of spaces in bodies (rest §8.6). */
import type { SpaceDetails } from '@laneway/engine';
import { booleanField, characterCount, convertedField, makeError, ok, refuse, textField, textListField, type Field } from '@laneway/model';
import { Refusal } from '../http/refusal.ts';

function limitedText(limit: number): Field<string> {
  return convertedField(textField({ notNull: true }), (text, key) =>
    characterCount(text) <= limit ? ok(text) : refuse(makeError('badValueTextTooLarge', { key, limit })),
  );
}

const tagLimit = 128;

/** Sorted and free of duplicates. */
const tagsField: Field<readonly string[]> = convertedField(textListField(), (tags, key) => {
  if (tags.some((tag) => tag === '' || tag.includes('\0') || !tag.isWellFormed()))
    return refuse(makeError('badValueListOfStrings', { key }));
  if (tags.some((tag) => characterCount(tag) > tagLimit)) return refuse(makeError('badValueTextTooLarge', { key, limit: tagLimit }));
  return ok([...new Set(tags)].toSorted());
});

/** Empty = none. */
const emailField: Field<string> = convertedField(textField({ notNull: true }), (text) =>
  text === '' || (text.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(text)) ? ok(text) : refuse(makeError('badValueEmail')),
);

export const detailFields = {
  advertisedInMarketplace: booleanField(),
  description: limitedText(100_000),
  marketplaceContactEmail: emailField,
  organizationName: limitedText(128),
  tags: tagsField,
} as const;

/** What is needed besides `space_update` to change them. */
export const marketplaceKeys = ['advertisedInMarketplace', 'marketplaceContactEmail'] as const;

export function detailsOf(data: Partial<SpaceDetails>): Partial<SpaceDetails> {
  const { advertisedInMarketplace, description, marketplaceContactEmail, organizationName, tags } = data;
  return {
    ...(advertisedInMarketplace === undefined ? {} : { advertisedInMarketplace }),
    ...(description === undefined ? {} : { description }),
    ...(marketplaceContactEmail === undefined ? {} : { marketplaceContactEmail }),
    ...(organizationName === undefined ? {} : { organizationName }),
    ...(tags === undefined ? {} : { tags }),
  };
}

/** Who advertises a space says how he is reached. */
export function requireContact(details: Partial<SpaceDetails>): void {
  if (details.advertisedInMarketplace === true && (details.marketplaceContactEmail ?? '') === '')
    throw new Refusal(makeError('missingRequiredValue', { key: 'marketplaceContactEmail' }));
}
