import { agreesWithSidecar } from './agrees-with-sidecar.ts';
import { enoughFaults } from './enough-faults.ts';
import { nobodyDied } from './nobody-died.ts';
import { noOrphanAwaited } from './no-orphan-awaited.ts';
import { noWaitLeft } from './no-wait-left.ts';
import { noWorkflowError } from './no-workflow-error.ts';
import { notBeforeTime } from './not-before-time.ts';
import { nothingLeft } from './nothing-left.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { oneEnd } from './one-end.ts';
import { oneSignal } from './one-signal.ts';
import { restartsApart } from './restarts-apart.ts';
import { sentOnce } from './sent-once.ts';
import { submittedWasReceived } from './submitted-was-received.ts';
import type { Invariant } from './violation.ts';

/** Everything that is checked, under the name that a report gives it. */
export const invariants: Readonly<Record<string, Invariant>> = {
  'every task reaches exactly one end': oneEnd,
  'a status agrees with what the sidecar did': agreesWithSidecar,
  'submittedAt only once it was received': submittedWasReceived,
  'a task is sent once': sentOnce,
  'at most one SIGTERM per restart and sidecar lifetime': oneSignal,
  'one operation at a time on a node': oneAtATime,
  'no verdict before its time': notBeforeTime,
  'no restart before minSecondsBetweenRestarts': restartsApart,
  'nothing is left over': nothingLeft,
  'nobody waits for the permit of a closed workflow': noOrphanAwaited,
  'no sidecar is left waiting': noWaitLeft,
  'no workflow fails in a worker': noWorkflowError,
  'no process of the service ends by itself': nobodyDied,
  'every fault took effect often enough': enoughFaults,
};
