/** An example of each body that operations take; ids, tokens and the like are made up. */

const id = '3f0c7d5e9a1b4c62d8e7f6a5b4c3d2e1ch7a10';
const token = 'MDAyNmxvY2F0aW9uIGxhbmV3YXk';
const file = 'Z3VpZCM5NmM3ZDEyZQ';
const dayInThirty = { type: 'time', validUntil: 1_893_456_000 } as const;

const lambdaRevision = {
  name: 'double',
  operationSpec: { engine: 'openfaas', dockerImage: 'example/double:v1' },
  argumentSpecs: [{ name: 'number', dataSpec: { type: 'number' }, isOptional: false, defaultValue: null }],
  resultSpecs: [{ name: 'doubled', dataSpec: { type: 'number' }, relayMethod: 'returnValue' }],
  preferredBatchSize: 100,
  resourceSpec: {
    cpuRequested: 0.1,
    cpuLimit: null,
    memoryRequested: 134_217_728,
    memoryLimit: null,
    ephemeralStorageRequested: 134_217_728,
    ephemeralStorageLimit: null,
  },
  state: 'stable',
} as const;
const lambdaRevisionDump = { schemaFormatVersion: 2, originalRevisionNumber: 1, atmLambdaRevision: lambdaRevision } as const;

const numbers = { type: 'list', config: { itemDataSpec: { type: 'number' } }, description: '', defaultInitialContent: null } as const;
const doubling = {
  id: 'doubling',
  name: 'doubling',
  lambdaId: 'double',
  lambdaRevisionNumber: 1,
  argumentMappings: [{ argumentName: 'number', valueBuilder: { valueBuilderType: 'iteratedItem', valueBuilderRecipe: null } }],
  resultMappings: [
    {
      resultName: 'doubled',
      storeSchemaId: 'doubled',
      storeContentUpdateOptions: { type: 'listStoreContentUpdateOptions', function: 'append' },
    },
  ],
  resourceSpecOverride: null,
  timeSeriesStoreConfig: null,
} as const;
const workflowRevision = {
  description: 'Doubles each number.',
  state: 'draft',
  stores: [
    { ...numbers, id: 'numbers', name: 'numbers', requiresInitialContent: true },
    { ...numbers, id: 'doubled', name: 'doubled', requiresInitialContent: false },
  ],
  lanes: [
    {
      id: 'lane',
      name: 'lane',
      maxRetries: 0,
      storeIteratorSpec: { storeSchemaId: 'numbers', maxBatchSize: 10 },
      parallelBoxes: [{ id: 'box', name: 'box', tasks: [doubling] }],
      dashboardSpec: null,
    },
  ],
  dashboardSpec: null,
} as const;
const supplement = {
  double: { '1': { schemaFormatVersion: 2, originalAtmLambdaId: 'double', revision: lambdaRevisionDump } },
} as const;
const workflowRevisionDump = {
  schemaFormatVersion: 2,
  originalRevisionNumber: 1,
  atmWorkflowSchemaRevision: workflowRevision,
  supplementaryAtmLambdas: supplement,
} as const;

const ofExecutions = {
  ScheduleRequest: {
    spaceId: id,
    atmWorkflowSchemaId: id,
    atmWorkflowSchemaRevisionNumber: 1,
    storeInitialContentOverlay: { numbers: [1, 2, 3] },
    logLevel: 'info',
  },
  StopRequestBody: { reason: 'the input was the wrong one' },
  PauseRequestBody: { reason: 'the machine is needed', deadlineSec: 60 },
  LaneRunReference: { laneIndex: 1, laneRunNumber: 2 },
  BulkRequest: { operation: 'cancel', filter: { label: { project: 'scans' } }, reason: 'begun by mistake', dryRun: true },
  ExtendedAttributes: { checked: true, checksum: 'd41d8cd98f00b204e9800998ecf8427e' },
  ExtendedAttributeNames: { keys: ['checksum'] },
  DatasetCreation: { rootFileId: file },
  DatasetUpdate: { state: 'detached' },
} as const;

const ofDefinitions = {
  LambdaCreation: { atmInventoryId: id, schemaFormatVersion: 2, revision: lambdaRevisionDump },
  LambdaUpdate: { schemaFormatVersion: 2, revision: { ...lambdaRevisionDump, originalRevisionNumber: 2 } },
  LambdaRevisionInsertion: lambdaRevisionDump,
  LambdaRevisionUpdate: { state: 'deprecated' },
  WorkflowSchemaCreation: { atmInventoryId: id, name: 'Doubling', schemaFormatVersion: 2, revision: workflowRevisionDump },
  WorkflowSchemaUpdate: { summary: 'Doubles each number.' },
  WorkflowSchemaRevisionInsertion: workflowRevisionDump,
  DumpRequest: { includeRevision: 1 },
} as const;

const ofPeople = {
  NameBody: { name: 'Archive' },
  UserCreation: { fullName: 'Ada Lovelace', username: 'ada', password: 'correct horse' },
  UserUpdate: { fullName: 'Ada King' },
  AccessBlock: { blocked: true },
  PasswordChange: { oldPassword: 'correct horse', newPassword: 'battery staple' },
  BasicAuthUpdate: { basicAuthEnabled: true, newPassword: 'battery staple' },
  Login: { username: 'ada', password: 'battery staple' },
  LinkingRequest: { returnTo: '/ui/account' },
  LinkedIdentity: { idp: 'https://login.example.org', subjectId: '248289761001' },
  GroupCreation: { name: 'Imaging', type: 'unit' },
  GroupUpdate: { name: 'Imaging and archive' },
  SpaceCreation: { name: 'scans', description: 'Scans of the north wing', tags: ['scans'] },
  SpaceUpdate: { name: 'old scans' },
  PrivilegeChange: { grant: ['space_view_privileges'], revoke: ['space_update'] },
  MemberAddition: { privileges: ['space_view', 'space_read_data'] },
  JoinRequest: { token },
} as const;

const ofTokens = {
  NamedTokenCreation: { name: 'backup', type: { accessToken: {} }, caveats: [dayInThirty] },
  NamedTokenUpdate: { revoked: true },
  TemporaryTokenCreation: { caveats: [dayInThirty] },
  TokenBody: { token },
  TokenConfinement: { token, caveats: [dayInThirty] },
  TokenVerification: { token, interface: 'rest' },
  InviteTokenVerification: { token, expectedInviteType: 'userJoinSpace' },
  AccessTokenScopeRequest: { token },
} as const;

export const examples: Readonly<Record<string, unknown>> = { ...ofExecutions, ...ofDefinitions, ...ofPeople, ...ofTokens };
