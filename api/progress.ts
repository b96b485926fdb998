import type { TaskKind } from './task-kinds.ts';

/** What is being done, for people: a name for scripts and columns, and a sentence. */
export interface Progress {
  readonly step: string;
  readonly message: string;
}

const working: Readonly<Record<TaskKind, Progress>> = {
  GovSoftwareUpgrade: { step: 'Submitting', message: 'The sidecar submits the proposal and waits for its inclusion.' },
  GovVote: { step: 'Submitting', message: 'The sidecar submits the vote and waits for its inclusion.' },
  GovParamChange: { step: 'Submitting', message: 'The sidecar submits the proposal and waits for its inclusion.' },
  AwaitCondition: { step: 'AwaitingHeight', message: 'The sidecar waits until the node reaches the height.' },
  AwaitNodesAtHeight: { step: 'AwaitingHeight', message: 'The sidecar waits until the node reaches the height.' },
  UpdateNodeImage: { step: 'RollingOut', message: "The image is set in the SeiNode's spec; waiting until the node runs it." },
  DiscoverPeers: { step: 'DiscoveringPeers', message: "The sidecar writes the node's peers." },
  RestartSeid: { step: 'Restarting', message: 'The sidecar restarts seid in place and waits until its RPC serves.' },
  MarkReady: { step: 'MarkingReady', message: 'The sidecar is being marked ready.' },
};

/** While the sidecar, or for an image the SeiNode's controller, is at work. */
export function workingOn(kind: TaskKind): Progress {
  return working[kind];
}

export const DISPATCHING: Progress = { step: 'Dispatching', message: 'The task is being sent.' };

/** @param notice - Told besides, if any. */
export function withNotice<Told extends { readonly message: string }>(told: Told, notice: string | undefined): Told {
  return notice === undefined ? told : { ...told, message: `${told.message} ${notice}` };
}

/** @param message - What is waited for. */
export function queued(message: string): Progress {
  return { step: 'Queued', message };
}

/** @param message - Where the target is instead. */
export function waitingForTarget(message: string): Progress {
  return { step: 'WaitingForTarget', message };
}
