/** Inventories, members and privileges (rest §8.1, §8.6). */
import { groupTypes } from '@laneway/engine';
import { described, filledText, listOf, oneWordOf, orNull, record, ref, text, type Schemas } from '../json-schema.ts';

const privileges = listOf(text);

export const memberSchemas: Schemas = {
  AtmInventory: record({ atmInventoryId: ref('Id'), name: ref('Name'), creator: ref('Subject'), creationTime: ref('Timestamp') }),
  PrivilegeSets: record({ member: privileges, manager: privileges, admin: privileges }),
  ZonePrivilegeSets: record({ viewer: privileges, admin: privileges }),
  PrivilegeList: record({ privileges }),
  PrivilegeChange: record({ 'grant?': privileges, 'revoke?': privileges }, { anyOf: [{ required: ['grant'] }, { required: ['revoke'] }] }),
  MemberAddition: record({ 'privileges?': described(privileges, 'Those of a member when they are left out.') }),
  UserShared: record(
    { userId: ref('Id'), fullName: text, 'username?': orNull('string'), 'creationTime?': ref('Timestamp') },
    { additionalProperties: true },
  ),
  GroupShared: record(
    { groupId: ref('Id'), name: text, type: oneWordOf(groupTypes), 'creationTime?': ref('Timestamp') },
    { additionalProperties: true },
  ),
  Membership: described(record({ intermediaries: listOf(record({ type: text, id: text })) }), 'The members through which it comes.'),
  JoinRequest: record({ token: described(filledText, 'An invite token.') }),
};
