import { definitionOf, type TaskKind } from '../api/task-kinds.ts';
import { nodeText, sidecarText, type NodeReference } from '../api/node-reference.ts';

/** What is being done, for people: a name for scripts and columns, and a sentence. */
export interface Progress {
  readonly step: string;
  readonly message: string;
}

/** The part of a plan that progress messages are made from. */
interface Work {
  readonly kind: TaskKind;
  readonly task: { readonly node: NodeReference };
  readonly payload: unknown;
}

/** While the sidecar, or for an image the SeiNode's controller, is at work. */
export function workingOn(work: Work): Progress {
  const { step, working } = definitionOf(work.kind);
  return { step, message: working({ node: work.task.node, payload: work.payload as never }) };
}

/** The same of a wait, with the height that the node is at; unset: it does not say. */
export function workingAtHeight(work: Work, height: number | undefined): Progress {
  const progress = workingOn(work);
  return height === undefined ? progress : { ...progress, message: `${progress.message} It is at height ${height}.` };
}

export function dispatching({ kind, task }: Work): Progress {
  const message =
    definitionOf(kind).endsWith === 'image'
      ? `The image of ${nodeText(task.node)} is being set.`
      : `The task is being sent to ${sidecarText(task.node)}.`;
  return { step: 'Dispatching', message };
}

/** Somebody has cancelled the task, and its end is still to come. */
export function cancelling({ kind, task }: Work): Progress {
  const message = definitionOf(kind).onlyWaits
    ? `The task was cancelled; the wait is being taken off ${sidecarText(task.node)}.`
    : `The task was cancelled. What ${sidecarText(task.node)} has accepted cannot be stopped and is watched to its end.`;
  return { step: 'Cancelling', message };
}

/** A wait is over without its height, and is still on the sidecar. */
export function takingOff({ task }: Work): Progress {
  return {
    step: 'TakingOff',
    message: `The task is not watched any longer; its wait is being taken off ${sidecarText(task.node)}.`,
  };
}

/** @param notice - Added to the message. Unset: nothing. */
export function withNotice<Told extends { readonly message: string }>(told: Told, notice: string | undefined): Told {
  return notice === undefined ? told : { ...told, message: `${told.message} ${notice}` };
}

/** @param message - What is waited for. */
export function queued(message: string): Progress {
  return { step: 'Queued', message };
}

/** @param message - What the guard found. */
export function guarded(message: string): Progress {
  return { step: 'Guarded', message };
}

/** @param message - Where the target is instead. */
export function waitingForTarget(message: string): Progress {
  return { step: 'WaitingForTarget', message };
}
