import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { CANCEL_ANNOTATION } from '../api/provenance.ts';
import { workflowIdOf } from '../api/temporal/workflow-id.ts';
import { payloadFieldOf } from '../api/task-kinds.ts';
import { hasHttpStatus } from '../kubernetes/errors.ts';
import { persist } from './persist.ts';
import type { CancelWay, PlannedTask } from './plan/planned-task.ts';
import type { PlannedRunbook } from './plan/plan-work.ts';
import { NAMESPACE, type ChaosStack } from './start-chaos-stack.ts';

/** Does what operators do, and does it again until the server at hand has taken it. */
export class RetryingOperator {
  readonly #stack: ChaosStack;
  readonly #signal: AbortSignal;

  constructor(stack: ChaosStack, signal: AbortSignal) {
    this.#stack = stack;
    this.#signal = signal;
  }

  async carryOut(task: PlannedTask): Promise<void> {
    const { fleet } = this.#stack;
    const height = task.blocksAhead === undefined ? undefined : fleet.height + task.blocksAhead;
    await this.#persist(async () => {
      await this.#stack.createTask(task.name, specOf(task, height), { signal: this.#signal }).catch(unlessThere);
    });
    if (task.cancel === undefined) return;
    await sleep(task.cancel.afterMs, undefined, { signal: this.#signal });
    await this.#cancel[task.cancel.by](task.name);
  }

  async run({ workflowId, node: name, blocksAhead, heightTimeoutSeconds }: PlannedRunbook): Promise<void> {
    const targetHeight = this.#stack.fleet.height + blocksAhead;
    const input = { node: { namespace: NAMESPACE, name }, targetHeight, heightTimeoutSeconds };
    await this.#persist(async () => {
      const start = this.#stack.temporal.workflow.start('RestartThenAwaitHeight', {
        workflowId,
        taskQueue: NAMESPACE,
        args: [input],
      });
      await start.catch((error: unknown) => {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      });
    });
  }

  readonly #cancel: Readonly<Record<CancelWay, (name: string) => Promise<void>>> = {
    annotation: (name) => this.#annotate(name),
    delete: (name) => this.#persist(() => this.#stack.tasks.delete(NAMESPACE, name, { signal: this.#signal })),
    terminate: (name) => this.#terminate(name),
  };

  async #annotate(name: string): Promise<void> {
    const patch = { metadata: { annotations: { [CANCEL_ANNOTATION]: 'chaos' } } };
    await this.#persist(async () => {
      await this.#stack.tasks
        .patch({ namespace: NAMESPACE, name }, patch, { signal: this.#signal })
        .catch((error: unknown) => {
          // It was over and its time to live is, too.
          if (!hasHttpStatus(error, 404)) throw error;
        });
    });
  }

  async #terminate(name: string): Promise<void> {
    await this.#persist(async () => {
      const task = await this.#stack.tasks.get(NAMESPACE, name, { signal: this.#signal });
      if (task === undefined) return;
      const terminated = this.#stack.temporal.workflow.getHandle(workflowIdOf(task.metadata)).terminate('chaos');
      await terminated.catch((error: unknown) => {
        // It is over, or has not been started yet.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
    });
  }

  async #persist(attempt: () => Promise<void>): Promise<void> {
    await persist(attempt, this.#signal);
  }
}

/** An earlier attempt may have arrived. */
function unlessThere(error: unknown): void {
  if (!hasHttpStatus(error, 409)) throw error;
}

function specOf(task: PlannedTask, targetHeight: number | undefined): object {
  const { node, kind, payload, timeoutSeconds } = task;
  const { queueTimeoutSeconds, minSecondsBetweenRestarts, ttlSecondsAfterFinished } = task;
  return {
    kind,
    target: {
      nodeRef: { name: node },
      requirePhaseTimeout: `${task.requirePhaseTimeoutSeconds}s`,
      ...(queueTimeoutSeconds === undefined ? {} : { queueTimeout: `${queueTimeoutSeconds}s` }),
    },
    timeoutSeconds,
    ...(minSecondsBetweenRestarts === undefined ? {} : { minSecondsBetweenRestarts }),
    ...(ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished }),
    ...task.guarded,
    [payloadFieldOf(kind)]: withHeight(payload, kind, targetHeight),
  };
}

function withHeight(payload: object, kind: string, targetHeight: number | undefined): object {
  if (targetHeight === undefined) return payload;
  return kind === 'AwaitCondition' ? { ...payload, height: { targetHeight } } : { ...payload, targetHeight };
}
