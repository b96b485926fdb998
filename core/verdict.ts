import type { FailedVerdict, Verdict } from '../api/temporal/task-outcome.ts';
import { nodeText, type NodeReference } from '../api/node-reference.ts';
import { reasons, type FailureReason, type Message, type MessageName, type Reason } from '../api/reasons.ts';
import { fill, type Placeholders } from '../lib/fill.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { printable } from '../lib/printable.ts';
import type { Sent } from './knowledge.ts';

type Values<Text extends string> = Readonly<Record<Placeholders<Text>, string>>;

/** A message of the catalogue with its placeholders filled in. Values from outside have to be safe to show. */
export function messageOf<Name extends Reason, Case extends MessageName<Name>>(
  reason: Name,
  message: Case,
  values: Values<Message<Name, Case>>,
): string {
  const texts: Readonly<Record<string, string>> = reasons[reason].messages;
  return fill((texts[message] ?? '') as Message<Name, Case>, values);
}

export function failed<Name extends FailureReason, Case extends MessageName<Name>>(
  reason: Name,
  message: Case,
  values: Values<Message<Name, Case>>,
): FailedVerdict {
  return { phase: 'Failed', reason, message: messageOf(reason, message, values) };
}

/** @param begun - Whether another controller or workflow had begun the task: what it has sent is not known. */
export function unsupportedKind(kind: string, begun = false): Verdict {
  return failed('UnsupportedKind', begun ? 'begun' : 'unsupported', { kind: printable(kind, 64) });
}

/** @param begun - As for `unsupportedKind`. */
export function paramsBuildFailed(field: string, problem: string, begun = false): Verdict {
  return failed('ParamsBuildFailed', begun ? 'begun' : 'invalid', { field, problem: printable(problem) });
}

/** @param begun - As for `unsupportedKind`. */
export function deserializeFailed(problem: string, begun = false): Verdict {
  return failed('DeserializeFailed', begun ? 'begun' : 'unreadable', { problem: printable(problem) });
}

export function targetMissing(node: NodeReference): Verdict {
  return failed('TargetResolveFailed', 'missing', { node: nodeText(node) });
}

export interface PhaseWait {
  readonly observed: string | undefined;
  readonly required: string;
  readonly timeoutMs: number;
}

export function targetNotInPhase(node: NodeReference, wait: PhaseWait): Verdict {
  return failed('TargetResolveFailed', 'otherPhase', phaseValues(node, wait));
}

/** The SeiNode was deleted after its phase had been met, or after another controller had begun the task. */
export function targetGone(node: NodeReference, sent: Sent = 'perhaps'): Verdict {
  const message = ({ no: 'goneUnsent', perhaps: 'gonePerhapsSent', yes: 'goneSent' } as const)[sent];
  return failed('TargetResolveFailed', message, { node: nodeText(node) });
}

/** Message of `TargetReady=False` while the task waits. */
export function waitingForPhase(node: NodeReference, wait: PhaseWait): string {
  return messageOf('PhaseNotMet', 'waiting', phaseValues(node, wait));
}

function phaseValues(node: NodeReference, { observed, required, timeoutMs }: PhaseWait) {
  const phase = observed === undefined || observed === '' ? '(none yet)' : printable(observed, 64);
  return { node: nodeText(node), phase, required, timeout: formatDuration(timeoutMs) };
}

/** Message of `TargetReady=True`. */
export function phaseMet(node: NodeReference, phase: string): string {
  return messageOf('PhaseMet', 'met', { node: nodeText(node), phase });
}

export function resourceGone(node: NodeReference): Verdict {
  return failed('Cancelled', 'resourceGone', { node: nodeText(node) });
}

export function resourceAlreadyTerminal(node: NodeReference): Verdict {
  return failed('Cancelled', 'resourceTerminal', { node: nodeText(node) });
}

/** Temporal keeps no outcome of a workflow that it shows as cancelled. */
export function workflowCancelled(workflowId: string): Verdict {
  return failed('Cancelled', 'workflow', { workflowId });
}

export function workflowTerminated(workflowId: string): Verdict {
  return failed('WorkflowTerminated', 'terminated', { workflowId });
}
