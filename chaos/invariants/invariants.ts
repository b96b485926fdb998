import { agreesWithSidecar } from './agrees-with-sidecar.ts';
import { asCommanded } from './as-commanded.ts';
import { backAtTheGate } from './back-at-the-gate.ts';
import { chainNotStopped } from './chain-not-stopped.ts';
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
import { heldUntilGated } from './held-until-gated.ts';
import { lessThanAThird } from './power-at-risk.ts';
import { restartsApart } from './restarts-apart.ts';
import { rollingRestartEnds } from './rolling-restart-ends.ts';
import { sentOnce } from './sent-once.ts';
import { startsAllowed } from './starts-allowed.ts';
import { submittedWasReceived } from './submitted-was-received.ts';
import { triesAsClaimed } from './tries-as-claimed.ts';
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
  'the chain never stopped because of us': chainNotStopped,
  'less than a third of the voting power is at risk': lessThanAThird,
  'every runbook reaches exactly one end': rollingRestartEnds,
  'a runbook restarted what its status claims': triesAsClaimed,
  'a runbook does what it was asked for': asCommanded,
  'a runbook starts a node only when it may': startsAllowed,
  'a node that passed its gate is back': backAtTheGate,
  'a node belongs to its runbook until it has passed its gate': heldUntilGated,
  'nothing is left over': nothingLeft,
  'nobody waits for the permit of a closed workflow': noOrphanAwaited,
  'no sidecar is left waiting': noWaitLeft,
  'no workflow fails in a worker': noWorkflowError,
  'no process of the service ends by itself': nobodyDied,
  'every fault took effect often enough': enoughFaults,
};
