import { groupTypes } from '@laneway/engine';
import { entityNameField, enumField } from '@laneway/model';

/** Of bodies that create a group (rest §8.7). */
export const groupFields = { required: { name: entityNameField }, optional: { type: enumField(groupTypes) } } as const;

export const groupParameters = [
  { name: 'name', in: 'body', text: 'required' },
  { name: 'type', in: 'body', text: `${groupTypes.join(', ')}; default team` },
] as const;
