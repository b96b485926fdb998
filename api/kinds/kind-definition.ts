import type { NodeReference } from '../node-reference.ts';
import type { z } from 'zod';
import type { PayloadFields } from '../payload-fields.ts';
import type { SeiNode } from '../sei-node.ts';

export type TaskParameters = Readonly<Record<string, unknown>>;

/** Type of an output in the CRD. */
export type OutputType = 'string' | 'int64' | 'uint64';

/** A task as messages tell of it. */
export interface NamedTask<Payload = never> {
  readonly node: NodeReference;
  readonly payload: Payload;
}

/**
 * What was seen at the end of a task.
 *
 * @public The declarations of the npm package name it.
 */
export interface SeenAtEnd {
  /** Height of the node. Unset: not known. */
  readonly height?: number | undefined;
}

/** All that is special about a kind of task. `Payload` is the type of its payload. */
interface KindBase<Payload> {
  /** What it does, for the CRD and for authors of runbooks: one sentence, or a few. */
  readonly description: string;
  /** What else authors of runbooks have to know. */
  readonly note?: string;
  /** The least that its payload may be, for documents and tests. Fields with a default may be left out. */
  readonly example: object;
  /** The sidecar's task type. Unset: the kind has no sidecar task. */
  readonly sidecarTask?: string;
  /** Execution limit in seconds when `spec.timeoutSeconds` is 0 or unset. Unset: unbounded. */
  readonly defaultTimeoutSeconds?: number;
  /**
   * The verb on the target SeiNode that the creator of such a task needs, in addition to the right to create
   * SeiNodeTasks. `none`: that right is enough. Every kind says it, so that no new one is allowed by accident.
   */
  readonly creatorVerb: 'none' | 'patch' | 'vote' | 'propose';
  /** Whether the kind changes the node and so needs it to itself. */
  readonly changesNode: boolean;
  /** Whether it restarts seid, so that `spec.minSecondsBetweenRestarts` counts. */
  readonly restartsSeid: boolean;
  /** Whether it takes seid down while it is carried out, so that the guard of its chain applies. */
  readonly takesSeidDown: boolean;
  /** Whether cancelling takes the work off the sidecar; other work that was sent is watched to its end. */
  readonly onlyWaits: boolean;
  /** Whether `payload.changes` holds JSON values, which have to reach the sidecar digit by digit. */
  readonly sendsJsonValues: boolean;
  /**
   * What ends the task: the sidecar's `report` of its state; its `acceptance`; the `transaction` in its report; or the
   * SeiNode's current `image`.
   */
  readonly endsWith: 'report' | 'acceptance' | 'transaction' | 'image';
  /** Fields that a finished task may leave in `status.outputs` under the payload's field name. */
  readonly outputs: Readonly<Record<string, OutputType>>;
  /** Those of a completed task. Unset: it has none, or its transaction gives them. */
  readonly outputsOf?: (payload: Payload, seen: SeenAtEnd) => object | undefined;
  /** The sidecar task's params: `{}` for none, `undefined` when they cannot be built from payload and node. */
  readonly buildParameters: (payload: Payload, node: SeiNode) => TaskParameters | undefined;
  /** What to say when they cannot be built. Unset: that the payload gives nothing to send. */
  readonly nothingToSend?: { readonly field: string; readonly problem: string };
  /** Name of the step while it is being carried out. */
  readonly step: string;
  /** What is carried out, in the middle of a sentence: `the restart`. */
  readonly work: string;
  /** Sentences for while it is being carried out and for when it is complete. */
  readonly working: (task: NamedTask<Payload>) => string;
  readonly complete: (task: NamedTask<Payload>) => string;
}

/** A kind whose payload's type is not known. */
export interface TaskKindDefinition extends KindBase<never> {
  /** Builds the payload's schema. It is handed zod, since the workflows hold every kind and must not hold zod. */
  readonly payload: (fields: PayloadFields) => z.ZodObject;
}

type Defaults = Pick<
  TaskKindDefinition,
  'changesNode' | 'restartsSeid' | 'takesSeidDown' | 'onlyWaits' | 'sendsJsonValues'
>;

const nothingSpecial: Defaults = {
  changesNode: false,
  restartsSeid: false,
  takesSeidDown: false,
  onlyWaits: false,
  sendsJsonValues: false,
};

/** Binds a kind to its payload's type. Flags that are not named are false. */
export function defineKind<Schema extends z.ZodObject, const Outputs extends Readonly<Record<string, OutputType>>>(
  definition: Omit<KindBase<z.output<Schema>>, keyof Defaults | 'outputs'> &
    Partial<Defaults> & { readonly payload: (fields: PayloadFields) => Schema; readonly outputs: Outputs },
) {
  return { ...nothingSpecial, ...definition };
}
