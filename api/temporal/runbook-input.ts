import type { RunbookVerb } from '../runbook-phases.ts';
import type { SpecVersion } from './spec-version.ts';
import type { MirrorTarget } from './task-input.ts';

export const RUNBOOK_WORKFLOW_ID_PREFIX = 'seinoderunbook/';

/** Input of a runbook's workflow. */
export interface RunbookInput {
  /** Of the nodes. */
  readonly namespace: string;
  /** `spec` of the resource, or what an author wrote in its form. It is checked before anything is done. */
  readonly spec: unknown;
  /** The resource to report to. Unset: the run reports to none. */
  readonly mirrorTo?: MirrorTarget;
  /** Uid of the `kube-system` namespace of the cluster. Unset: that of the worker that plans the runbook. */
  readonly cluster?: string;
  /** Generation of the resource that this input was made from. */
  readonly generation?: number;
}

/** Argument of the update `control`. */
export interface RunbookCommand {
  /** A new id is a new command. */
  readonly id: string;
  readonly verb: RunbookVerb;
  /** For skip and retry; for promote: whose gate ends. */
  readonly node?: string;
  readonly reason?: string;
  /** Whether it is `spec.control`: then a refusal is recorded in the status too. Default: no. */
  readonly isFromSpec?: boolean;
}

/** Result of the update `control`. */
export interface RunbookCommandAnswer {
  readonly isAccepted: boolean;
  readonly message: string;
}

/** Argument of the update `settings`: what else of the spec may be edited. */
export interface RunbookSettings extends SpecVersion {
  readonly paused: boolean;
  readonly skipNodes: readonly string[];
}

/** Readable and unique for each resource ever created, also under a name that is used again. */
export function runbookWorkflowIdOf({ namespace, name, uid }: MirrorTarget): string {
  return `${RUNBOOK_WORKFLOW_ID_PREFIX}${namespace}/${name}/${uid}`;
}

/** @returns `undefined` when the id is not one that `runbookWorkflowIdOf` makes. */
export function parseRunbookWorkflowId(workflowId: string): MirrorTarget | undefined {
  const [, namespace, name, uid] = /^seinoderunbook\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(workflowId) ?? [];
  if (namespace === undefined || name === undefined || uid === undefined) return undefined;
  return { namespace, name, uid };
}
