import type { LogFields } from '../../api/log.ts';
import { parseRunbookWorkflowId } from '../../api/temporal/runbook-input.ts';
import { present } from '../../lib/present.ts';

/** What a workflow's id says about a runbook, for log lines. */
export function runbookKeyFields(workflowId: string): LogFields {
  const reference = parseRunbookWorkflowId(workflowId);
  return present({ runbook: reference && `${reference.namespace}/${reference.name}`, workflowId });
}
