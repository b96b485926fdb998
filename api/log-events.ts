import type { logFields } from './log-fields.ts';
import type { LogLevelName } from './log.ts';

export type LogField = keyof typeof logFields;

interface LogEventDefinition {
  readonly level: LogLevelName;
  /** One sentence that never varies: what varies is in the fields. */
  readonly message: string;
  /** The fields that a line may have; those that are not known are left out. */
  readonly fields: readonly LogField[];
}

const WORKFLOW = ['workflowId', 'runId'] as const;
const TASK = ['task', 'kind', 'node', 'taskId', 'requester', 'createdWith', ...WORKFLOW] as const;
const RUNBOOK = ['runbook', ...WORKFLOW] as const;
const FAILURE = ['error', 'failures', 'notLogged', 'failingMs', 'retryInMs', 'folded'] as const;
const RECOVERY = ['failures', 'failingMs'] as const;
const VERDICT = [...TASK, 'phase', 'reason', 'detail', 'durationMs', 'executionMs', 'statusWrite'] as const;
const START = [
  'version',
  'commit',
  'runtime',
  'role',
  'apiServer',
  'temporalAddress',
  'temporalNamespace',
  'watchNamespaces',
  'taskSelector',
  'logLevel',
] as const;

/**
 * Every line that the service logs, by its field `event`. The names are public, as reasons are: alerts, scripts and
 * tests match them, so a name never changes and the message may.
 */
export const logEvents = {
  ServiceStarting: { level: 'INFO', message: 'The service is starting.', fields: START },
  ServiceRunning: {
    level: 'INFO',
    message: 'The service is running.',
    fields: [...START, 'cluster', 'taskQueue', 'durationMs'],
  },
  ServiceStopping: {
    level: 'INFO',
    message: 'The process was asked to stop. It finishes what it is doing and accepts no more.',
    fields: ['signal'],
  },
  ServiceStopped: { level: 'INFO', message: 'The service has stopped.', fields: [] },
  ShutdownForced: {
    level: 'WARN',
    message: 'SHUTDOWN_GRACE is over. The process exits although parts of it have not ended.',
    fields: ['parts'],
  },
  PartFailedInShutdown: { level: 'WARN', message: 'A part of the service failed while it stopped.', fields: ['error'] },
  ServiceFailed: {
    level: 'ERROR',
    message: 'The service cannot continue and ends. Look at the error, then start it again.',
    fields: ['error'],
  },
  ConfigurationInvalid: {
    level: 'ERROR',
    message: 'The configuration is not valid. Correct these environment variables and start again.',
    fields: ['code', 'problems'],
  },
  LogLevelChanged: { level: 'INFO', message: 'The log level was changed.', fields: ['logLevel', 'before'] },
  SidecarTokenOpensApiServer: {
    level: 'WARN',
    message:
      'SIDECAR_TOKEN_FILE contains a token that the API server accepts: every sidecar that gets it has the rights of ' +
      'this service in the cluster. Mount a projected token with an audience of its own, such as sei-sidecar, and start ' +
      "the sidecars' proxies with --auth-token-audiences=sei-sidecar.",
    fields: ['file', 'audiences'],
  },
  TemporalConnectionFailed: {
    level: 'WARN',
    message: 'Temporal cannot be reached; retrying. The service starts when it answers.',
    fields: ['temporalAddress', ...FAILURE],
  },
  SearchAttributesUnknown: {
    level: 'WARN',
    message: 'The search attributes of the Temporal namespace cannot be listed; retrying.',
    fields: ['temporalNamespace', ...FAILURE],
  },
  SearchAttributesCreated: {
    level: 'INFO',
    message: 'The search attributes were created in the Temporal namespace.',
    fields: ['temporalNamespace', 'names'],
  },
  SearchAttributesAvailable: {
    level: 'INFO',
    message: 'The search attributes exist now and are used.',
    fields: ['temporalNamespace'],
  },
  SearchAttributeQueryRefused: {
    level: 'WARN',
    message:
      'Temporal refused the query that shows whether the search attributes exist. Check the rights of the account.',
    fields: ['temporalNamespace', 'error'],
  },
  TemporalCredentialsReplaced: {
    level: 'INFO',
    message: 'New credentials for Temporal are in use.',
    fields: ['rotation'],
  },
  TemporalCredentialsInvalid: {
    level: 'WARN',
    message: 'New credentials for Temporal cannot be used; the previous ones stay in use. Correct the files.',
    fields: ['error'],
  },
  SearchAttributesMissing: {
    level: 'WARN',
    message:
      'The Temporal namespace lacks search attributes, and they could not be created: lists cannot be filtered, and a workflow is not cancelled when its resource is deleted while no bridge runs. Run the command. They are used as soon as they exist.',
    fields: ['temporalNamespace', 'names', 'command', 'error'],
  },
  ClusterIdUnknown: {
    level: 'WARN',
    message: 'The API server cannot be read; retrying. The service starts when it answers.',
    fields: ['apiServer', ...FAILURE],
  },
  WorkerStartFailed: {
    level: 'WARN',
    message: 'The Temporal worker cannot be started; retrying. Check that the Temporal namespace exists.',
    fields: ['temporalNamespace', ...FAILURE],
  },
  PayloadKeysReloaded: { level: 'INFO', message: 'The payload keys were read again.', fields: ['activeKey', 'keys'] },
  PayloadKeysInvalid: {
    level: 'ERROR',
    message: 'The payload key file changed and is not valid. The previous keys stay in use. Correct the file.',
    fields: ['error'],
  },
  LeaderElected: {
    level: 'INFO',
    message: 'This process leads: it turns SeiNodeTasks into workflows.',
    fields: ['lease', 'identity'],
  },
  StandingBy: {
    level: 'INFO',
    message: 'This process stands by: another one leads.',
    fields: ['lease', 'holder', 'identity'],
  },
  LeaseShared: {
    level: 'WARN',
    message:
      'The leader has other settings than this process. While new settings are rolled out, this ends by itself. Otherwise two installations share a lease, and the tasks of one of them are not carried out: set LEASE_NAME or LEASE_NAMESPACE of one of them.',
    fields: ['lease', 'holder', 'settings', 'holderSettings'],
  },
  LeadershipLost: {
    level: 'WARN',
    message:
      'This process no longer leads: the lease was not renewed in time, or another process acquired it. It stands by.',
    fields: ['lease', 'holder'],
  },
  LeadershipGivenUp: {
    level: 'WARN',
    message: 'This process gives the lease up, so that another one can lead. It stands by until it can lead again.',
    fields: ['lease', 'why'],
  },
  UnableToLead: {
    level: 'INFO',
    message: 'This process stands by and acquires no lease, because it could not do the work of a leader.',
    fields: ['lease', 'why'],
  },
  LeaseReleased: { level: 'INFO', message: 'The lease was released.', fields: ['lease'] },
  LeaseReleaseFailed: {
    level: 'WARN',
    message: 'The lease could not be released. Another process leads after it has expired.',
    fields: ['lease', 'error'],
  },
  ElectionFailed: {
    level: 'WARN',
    message: 'The lease cannot be read or written; retrying. A leader without it stands by after 10 s.',
    fields: ['lease', ...FAILURE],
  },
  ElectionRecovered: {
    level: 'INFO',
    message: 'The lease can be read and written again.',
    fields: ['lease', ...RECOVERY],
  },
  WatchFailed: {
    level: 'WARN',
    message: 'The watch failed; retrying. Changes are seen when it works again.',
    fields: ['resource', 'namespace', ...FAILURE],
  },
  WatchRecovered: { level: 'INFO', message: 'The watch works again.', fields: ['resource', 'namespace', ...RECOVERY] },
  ChangeNotHandled: {
    level: 'WARN',
    message: 'The change of an object was not handled. It is handled again with the next resync.',
    fields: ['key', 'error'],
  },
  WorkflowListFailed: {
    level: 'WARN',
    message: 'The workflows cannot be listed; retrying. Until then, a workflow that is terminated is not noticed.',
    fields: FAILURE,
  },
  WorkflowListRecovered: { level: 'INFO', message: 'The workflows can be listed again.', fields: RECOVERY },
  ReconcileFailed: {
    level: 'WARN',
    message:
      'A SeiNodeTask could not be reconciled; it is requeued with backoff. Lines are folded by the code of the error over all tasks.',
    fields: ['task', 'workflowId', ...FAILURE],
  },
  WorkflowStarted: { level: 'INFO', message: 'The workflow of a new SeiNodeTask was started.', fields: TASK },
  TaskCreatedAgain: {
    level: 'WARN',
    message: 'A task of this name was carried out before and has been created again. Check whether a program did that.',
    fields: [...TASK, 'earlier', 'by'],
  },
  EarlierTaskNotRead: {
    level: 'WARN',
    message: 'It is not known whether a task of this name was carried out before.',
    fields: [...TASK, 'error'],
  },
  PendingWritten: {
    level: 'INFO',
    message: 'No worker has begun the task within 5 s. Check that a worker runs on the task queue.',
    fields: TASK,
  },
  CancelRequested: {
    level: 'INFO',
    message: 'The workflow was asked to cancel, because the SeiNodeTask has the annotation sei.io/cancel.',
    fields: [...TASK, 'why'],
  },
  SpecChangeSent: {
    level: 'INFO',
    message: 'The changed spec was sent to the workflow.',
    fields: [...TASK, 'generation'],
  },
  StatusRepaired: {
    level: 'WARN',
    message: 'The workflow had closed without writing its verdict into the status. The bridge has written it.',
    fields: VERDICT,
  },
  OrphansWithheld: {
    level: 'ERROR',
    message:
      'So many open workflows have no SeiNodeTask that none of them is cancelled. Check whether the API server was restored or the CRD was deleted. If the tasks are really gone, start this service once with MAX_ORPHANS_PERCENT=100.',
    fields: ['orphans', 'open', 'workflowIds'],
  },
  OrphanCancelled: {
    level: 'INFO',
    message: 'The workflow was asked to cancel, because its SeiNodeTask no longer exists.',
    fields: ['task', 'workflowId'],
  },
  TaskDeleted: {
    level: 'INFO',
    message: 'The SeiNodeTask was deleted, because ttlSecondsAfterFinished has passed.',
    fields: TASK,
  },
  TaskWaiting: {
    level: 'INFO',
    message: 'The task waits for its node. Nothing was sent by this attempt.',
    fields: [...TASK, 'reason', 'detail'],
  },
  GuardPassedOver: {
    level: 'WARN',
    message: 'The guard found a reason to wait, and spec.override or the mode Warn passes over it.',
    fields: [...TASK, 'reason', 'detail'],
  },
  PermitAcquired: {
    level: 'INFO',
    message: "The task has acquired the permit of its node, or of its node's chain.",
    fields: ['permit', 'holder', ...WORKFLOW],
  },
  PermitReleased: {
    level: 'INFO',
    message: 'The permit of a node or of a chain was released.',
    fields: ['permit', 'holder', ...WORKFLOW],
  },
  PermitFreed: {
    level: 'WARN',
    message: 'The permit of a workflow that has closed without releasing it was ended.',
    fields: ['permit', 'holder', ...WORKFLOW],
  },
  TaskSending: {
    level: 'INFO',
    message: 'The task is about to be sent. It counts as perhaps sent.',
    fields: TASK,
  },
  TaskAccepted: { level: 'INFO', message: 'The task was sent and accepted.', fields: [...TASK, 'durationMs'] },
  TaskRefused: { level: 'WARN', message: 'The task was refused.', fields: [...TASK, 'error'] },
  TaskPerhapsSent: {
    level: 'WARN',
    message:
      'The task may have been sent: the call has no usable answer. The task is asked for before anything is sent.',
    fields: [...TASK, 'error'],
  },
  TaskFound: {
    level: 'INFO',
    message: 'The task is there already. Nothing was sent by this attempt.',
    fields: [...TASK, 'state'],
  },
  TransactionSentAgain: {
    level: 'INFO',
    message: 'The pending transaction was sent again under its id, so that the sidecar looks for it.',
    fields: [...TASK, 'failures', 'notLogged', 'failingMs', 'folded'],
  },
  TaskProblem: {
    level: 'WARN',
    message: 'The task cannot continue; retrying. Look at the error.',
    fields: [...TASK, ...FAILURE],
  },
  RunbookStarted: { level: 'INFO', message: 'The workflow of the runbook was started.', fields: RUNBOOK },
  RunbookCancelRequested: {
    level: 'INFO',
    message: 'The workflow of the runbook was asked to cancel: its resource is being deleted or has the annotation.',
    fields: [...RUNBOOK, 'why'],
  },
  RunbookCommandSent: {
    level: 'INFO',
    message: 'The command in spec.control was sent to the workflow of the runbook.',
    fields: [...RUNBOOK, 'verb'],
  },
  RunbookStatusRepaired: {
    level: 'WARN',
    message: 'The workflow of the runbook closed without writing its end; it was written now.',
    fields: [...RUNBOOK, 'phase', 'reason'],
  },
  RunbookDeleted: {
    level: 'INFO',
    message: 'The runbook was deleted because its ttlSecondsAfterFinished has passed.',
    fields: RUNBOOK,
  },
  RunbookNotMirrored: {
    level: 'WARN',
    message: 'The status or an Event of a runbook was not written; retrying. Look at the error.',
    fields: [...RUNBOOK, 'error'],
  },
  TaskContinues: { level: 'INFO', message: 'The task continues.', fields: [...TASK, ...RECOVERY] },
  TaskTakenOff: {
    level: 'INFO',
    message: 'The wait was taken off the sidecar, or its SeiNode no longer exists.',
    fields: [...TASK, 'state'],
  },
  VerdictComplete: { level: 'INFO', message: 'The task is Complete.', fields: VERDICT },
  VerdictFailed: {
    level: 'WARN',
    message: 'The task is Failed. The verdict says what was sent and what to do.',
    fields: VERDICT,
  },
  StatusWritten: {
    level: 'DEBUG',
    message: 'A change was written into the status.',
    fields: [...TASK, 'step', 'statusWrite'],
  },
  StatusNotWritten: {
    level: 'WARN',
    message: 'The status could not be written. The next change writes it again.',
    fields: [...TASK, 'error'],
  },
  EventNotRecorded: {
    level: 'WARN',
    message: 'An Event could not be recorded. The status has the same information.',
    fields: ['error', ...WORKFLOW],
  },
  CodecServerRunning: {
    level: 'INFO',
    message: 'The codec server is running.',
    fields: ['version', 'commit', 'runtime', 'address', 'origins', 'issuer'],
  },
  PayloadsConverted: {
    level: 'INFO',
    message: 'Temporal payloads were decoded or encoded for a client. The namespace is the one that the client names.',
    fields: ['operation', 'subject', 'temporalNamespace', 'payloads'],
  },
  CodecRequestRefused: {
    level: 'WARN',
    message: 'A request to the codec server was refused. Lines are folded by the code of the error.',
    fields: FAILURE,
  },
  CodecFilesReloaded: {
    level: 'INFO',
    message: 'The tokens or the certificate of the codec server were read again.',
    fields: ['file'],
  },
  CodecFilesInvalid: {
    level: 'ERROR',
    message:
      'The tokens or the certificate of the codec server changed and are not valid. The previous ones stay in use. Correct the file.',
    fields: ['file', 'error'],
  },
  SigningKeysUnavailable: {
    level: 'WARN',
    message:
      'The signing keys of the issuer cannot be read; retrying. Until then its tokens cannot be verified. Check CODEC_JWKS_URL.',
    fields: FAILURE,
  },
  SigningKeysRecovered: {
    level: 'INFO',
    message: 'The signing keys of the issuer can be read again.',
    fields: RECOVERY,
  },
  TemporalSdk: {
    level: 'WARN',
    message: "The message of Temporal's SDK, at its level and with its fields.",
    fields: [...FAILURE, ...WORKFLOW],
  },
} as const satisfies Record<string, LogEventDefinition>;
