import type { ErrorDefinition } from '../definition.ts';

/** Errors of spaces, of the two services and of their neighbours. */
export const serviceErrors = {
  autoCleaningDisabled: { httpCode: 400, details: {}, template: 'Auto-cleaning is switched off for this supported space.' },
  filePopularityDisabled: { httpCode: 400, details: {}, template: 'File popularity statistics are switched off for this supported space.' },
  forbiddenForCurrentArchiveState: {
    httpCode: 400,
    details: { currentState: 'string', allowedStates: 'strings' },
    template: 'An archive in state {currentState} does not permit this operation; it is permitted in: {allowedStates}.',
  },
  nestedArchiveDeletionForbidden: {
    httpCode: 400,
    details: { parentArchiveId: 'string' },
    template: 'The archive lies within archive "{parentArchiveId}", so it cannot be deleted on its own.',
  },
  notSupportedForSymlinks: { httpCode: 400, details: {}, template: 'Symbolic links do not permit this operation.' },
  quotaExceeded: { httpCode: 400, details: {}, template: 'The space has used up its storage quota.' },
  recallTargetConflict: {
    httpCode: 400,
    details: {},
    template: 'An archive cannot be recalled into a directory that is itself being recalled.',
  },
  spaceNotSupportedBy: {
    httpCode: 400,
    details: { spaceId: 'string', providerId: 'string' },
    template: 'Provider "{providerId}" does not support space "{spaceId}".',
  },
  statOperationNotSupported: {
    httpCode: 400,
    details: { storageId: 'string' },
    template: 'Storage backend "{storageId}" cannot report file metadata (no "stat" or similar operation).',
  },
  userNotSupported: { httpCode: 403, details: {}, template: 'This Oneprovider supports none of the spaces of the authenticated user.' },
  dirStatsDisabledForSpace: { httpCode: 400, details: {}, template: 'Directory statistics are not collected in this space.' },
  dirStatsNotReady: { httpCode: 400, details: {}, template: 'The directory statistics are still being computed.' },
  basicAuthDisabled: { httpCode: 400, details: {}, template: 'This user may not log in with a username and password.' },
  basicAuthNotSupported: { httpCode: 400, details: {}, template: 'This Onezone does not accept usernames and passwords.' },
  cannotAddRelationToSelf: { httpCode: 400, details: {}, template: 'An entity cannot be related to itself.' },
  cannotDeleteEntity: {
    httpCode: 500,
    details: { entityType: 'string', entityId: 'string' },
    template: '{entityType}:{entityId} was not deleted because some relations that depend on it could not be removed.',
  },
  cannotDeleteNonEmptyHandleService: {
    httpCode: 400,
    details: {},
    template: 'Handles are still registered in this handle service; it can be deleted only after all of them are.',
  },
  cannotRemoveLastOwner: {
    httpCode: 400,
    details: { entityType: 'string', entityId: 'string' },
    template: 'The only owner cannot be removed; first make another member an owner.',
  },
  protectedGroup: { httpCode: 403, details: {}, template: 'The group is protected against deletion.' },
  relationAlreadyExists: {
    httpCode: 409,
    details: { childType: 'string', childId: 'string', parentType: 'string', parentId: 'string' },
    template: '{childType}:{childId} is in this relation with {parentType}:{parentId} already.',
  },
  relationDoesNotExist: {
    httpCode: 400,
    details: { childType: 'string', childId: 'string', parentType: 'string', parentId: 'string' },
    template: '{childType}:{childId} is not in this relation with {parentType}:{parentId}.',
  },
  spaceAlreadySupportedWithImportedStorage: {
    httpCode: 409,
    details: { spaceId: 'string', storageId: 'string' },
    template: 'Space "{spaceId}" already has imported storage backend "{storageId}", and it can have only one such backend.',
  },
  spaceMarketplaceDisabled: { httpCode: 400, details: {}, template: 'This Onezone runs without the space marketplace.' },
  badGRI: { httpCode: 400, details: {}, template: 'The Graph Resource Identifier is not valid.' },
  badVersion: {
    httpCode: 400,
    details: { supportedVersions: 'strings' },
    template: 'The protocol version is not supported; supported ones: {supportedVersions}.',
  },
  expectedHandshakeMessage: { httpCode: 400, details: {}, template: 'A handshake has to precede any request.' },
  handshakeAlreadyDone: { httpCode: 400, details: {}, template: 'The handshake of this connection is complete already.' },
  notSubscribable: { httpCode: 400, details: {}, template: 'The resource does not permit subscriptions.' },
  rpcUndefined: { httpCode: 400, details: {}, template: 'There is no RPC operation of this name.' },
  errorOnNodes: {
    httpCode: null,
    details: { error: 'error', hostnames: 'strings' },
    template: 'Nodes {hostnames} reported an error: {error}',
  },
  userNotInCluster: { httpCode: 403, details: {}, template: 'The authenticated user does not belong to this cluster.' },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;
