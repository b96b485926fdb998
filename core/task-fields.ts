import type { LogFields } from '../api/log.ts';
import { provenanceOf } from '../api/provenance.ts';
import type { Verdict } from '../api/temporal/task-outcome.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import { kindOf, nodeNameOf, type TaskIdentity } from '../api/temporal/task-input.ts';
import { parseWorkflowId, workflowIdOf } from '../api/temporal/workflow-id.ts';
import { present } from '../lib/present.ts';
import { printable } from '../lib/printable.ts';

/** What identifies a task in log lines. */
export function taskFields({ mirrorTo, kind, node, taskId, provenance }: TaskIdentity): LogFields {
  return present({
    task: mirrorTo && `${mirrorTo.namespace}/${mirrorTo.name}`,
    kind,
    node: node.name === '' ? undefined : `${node.namespace}/${node.name}`,
    taskId: taskId || undefined,
    requester: provenance.requestedBy,
    createdWith: provenance.createdWith,
  });
}

/** The same of a resource whose workflow may not have begun. */
export function resourceFields(resource: SeiNodeTask): LogFields {
  const { metadata, status } = resource;
  const { namespace, name } = metadata;
  const { requestedBy: requester, createdWith } = provenanceOf(metadata);
  return present({
    task: `${namespace}/${name}`,
    kind: printable(kindOf(resource), 64),
    node: `${namespace}/${printable(nodeNameOf(resource), 256)}`,
    taskId: status?.task?.id,
    requester,
    createdWith,
    workflowId: workflowIdOf(metadata),
    runId: status?.workflow?.runId,
  });
}

/** What a workflow's id says about a task. */
export function keyFields(workflowId: string): LogFields {
  const reference = parseWorkflowId(workflowId);
  return present({ task: reference && `${reference.namespace}/${reference.name}`, workflowId });
}

/** A verdict in a log line. */
export function verdictFields({ phase, reason, message }: Verdict): LogFields {
  return { phase, reason, detail: message };
}
