import { SEI_NODE_RUNBOOK } from '../api/resources.ts';
import { isTerminalRunbook } from '../api/runbook-phases.ts';
import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { RunbookMissingError } from './errors.ts';
import type { Session } from './session.ts';

export function runbooksOf({ transport }: Session): ResourceClient<SeiNodeRunbook> {
  return new ResourceClient<SeiNodeRunbook>(transport, SEI_NODE_RUNBOOK);
}

/** @throws RunbookMissingError */
export async function readRunbook(session: Session, name: string): Promise<SeiNodeRunbook> {
  const runbook = await runbooksOf(session).get(session.namespace, name);
  if (runbook !== undefined) return runbook;
  throw new RunbookMissingError(
    `SeiNodeRunbook ${session.namespace}/${name} does not exist. List those that do: kubectl get snr -n ${session.namespace}`,
  );
}

export function isRunbookOver({ status }: SeiNodeRunbook): boolean {
  return isTerminalRunbook(status?.phase);
}
