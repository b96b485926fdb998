import { type TaskKind, payloadFieldOf } from '../../api/task-kinds.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { minimalPayloads } from '../api/payload-examples.ts';
import type { TestEnvironment } from '../support/test-environment.ts';

interface TaskOfKind {
  readonly kind: TaskKind;
  /** Added to the least that the payload may be. */
  readonly payload?: object;
  readonly timeoutSeconds?: number;
}

/** Creates a task for the node that it shares its name with. */
export async function createTaskOfKind(
  environment: TestEnvironment,
  name: string,
  task: TaskOfKind,
): Promise<SeiNodeTask> {
  const { kind, payload, ...more } = task;
  const payloadField = payloadFieldOf(kind);
  return await environment.createTask(name, {
    kind,
    target: { nodeRef: { name } },
    [payloadField]: { ...minimalPayloads[kind], ...payload },
    ...more,
  });
}
