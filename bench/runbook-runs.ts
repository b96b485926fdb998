import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { SEI_NODE_RUNBOOK } from '../api/resources.ts';
import { isTerminalRunbook } from '../api/runbook-phases.ts';
import type { RunbookStatus, SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { runbookWorkflowIdOf } from '../api/temporal/runbook-input.ts';
import { RunbookWorkflows } from '../crd-bridge/runbook-workflows.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { CHAIN_ID, NAMESPACE, TASK_QUEUE } from './runbook-worker/settings.ts';
import type { BenchRun } from './start-bench-stack.ts';

/** How often the status is read. */
const LOOK_MS = 1_000;
const LOOKS_BETWEEN_REPORTS = 30;

export interface MeasuredRunbook {
  readonly workflowId: string;
  readonly status: RunbookStatus;
  /** The largest status that was seen, as JSON, in bytes. */
  readonly statusBytes: number;
}

/** Runbooks that are created and started as the bridge does it. */
export class RunbookRuns {
  readonly #resources: ResourceClient<SeiNodeRunbook>;
  readonly #workflows: RunbookWorkflows;
  readonly #run: BenchRun;

  constructor(
    admin: KubernetesTransport,
    client: Client,
    { clusterId, run }: { readonly clusterId: string; readonly run: BenchRun },
  ) {
    this.#resources = new ResourceClient<SeiNodeRunbook>(admin, SEI_NODE_RUNBOOK);
    const searchAttributes = { areKnown: false };
    this.#workflows = new RunbookWorkflows({ client, taskQueue: TASK_QUEUE, clusterId, searchAttributes });
    this.#run = run;
  }

  /** Starts a runbook and waits until its status has its end. */
  async finish(name: string, spec: object): Promise<MeasuredRunbook> {
    const { group, version, kind } = SEI_NODE_RUNBOOK;
    const runbook = await this.#resources.create(NAMESPACE, {
      apiVersion: `${group}/${version}`,
      kind,
      metadata: { name },
      spec: { kind: 'RollingRestart', chainId: CHAIN_ID, gate: { blocks: 0 }, rollingRestart: {}, ...spec },
    });
    await this.#workflows.start(runbook);
    let statusBytes = 0;
    for (let looks = 1; ; looks += 1) {
      const { status = {} } = (await this.#resources.get(NAMESPACE, name)) ?? {};
      statusBytes = Math.max(statusBytes, Buffer.byteLength(JSON.stringify(status)));
      if (isTerminalRunbook(status.phase))
        return { workflowId: runbookWorkflowIdOf(runbook.metadata), status, statusBytes };
      if (looks % LOOKS_BETWEEN_REPORTS === 0) this.#run.progress(`${name}: ${status.progress}, ${status.reason}`);
      await sleep(LOOK_MS, undefined, { signal: this.#run.ending.signal });
    }
  }
}

export interface Histories {
  readonly runs: number;
  readonly events: number;
  /** Of the run with the largest one. */
  readonly largestBytes: number;
}

/** The histories of all runs of a workflow, once Temporal lists the last of them as closed. */
export async function historiesOf(client: Client, workflowId: string, signal: AbortSignal): Promise<Histories> {
  for (;;) {
    const runs = [];
    for await (const info of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) runs.push(info);
    if (runs.some(({ status }) => status.name === 'COMPLETED'))
      return {
        runs: runs.length,
        events: runs.reduce((sum, { historyLength }) => sum + historyLength, 0),
        largestBytes: Math.max(...runs.map(({ historySize = 0 }) => historySize)),
      };
    await sleep(LOOK_MS, undefined, { signal });
  }
}
