import type { WorkflowHandle } from '@temporalio/client';
import type { RunbookStatus, SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { isTerminalRunbook, type RunbookVerb } from '../../api/runbook-phases.ts';
import { SEI_NODE_RUNBOOK } from '../../api/resources.ts';
import { runbookWorkflowIdOf, type RunbookCommandAnswer } from '../../api/temporal/runbook-input.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { runbookSpec } from '../runbook/runbook-manifests.ts';
import { eventually } from './eventually.ts';
import { permitOfChainIsFree } from './permit-of-chain.ts';
import type { TestEnvironment } from './test-environment.ts';

/** Bound on a test that will fail, in milliseconds. */
const WAIT_MS = 180_000;
/** Chains of tests make blocks quickly, and their nodes are restarted again and again. */
const DEFAULTS = {
  gate: { blocks: 3, timeoutSeconds: 120 },
  override: { checks: ['RestartedRecently'], reason: 'a test' },
};

/** A SeiNodeRunbook that was created. */
export interface TestRunbook {
  readonly name: string;
  readonly workflow: WorkflowHandle;
}

/** The SeiNodeRunbooks of an environment. */
export class TestRunbooks {
  readonly client: ResourceClient<SeiNodeRunbook>;
  readonly #environment: TestEnvironment;
  readonly #chainId: string;
  #created = 0;

  constructor(environment: TestEnvironment) {
    this.client = new ResourceClient<SeiNodeRunbook>(environment.admin, SEI_NODE_RUNBOOK);
    this.#environment = environment;
    this.#chainId = environment.fleet.chain.chainId;
  }

  /** Creates a runbook; `spec` adds to it or overrides it. */
  async start(spec: object): Promise<TestRunbook> {
    this.#created += 1;
    const { namespace, temporal } = this.#environment;
    const { metadata } = await this.client.create(namespace, {
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNodeRunbook',
      metadata: { name: `runbook-${this.#created}` },
      spec: runbookSpec({ chainId: this.#chainId, ...DEFAULTS, ...spec }),
    });
    return { name: metadata.name, workflow: temporal.workflow.getHandle(runbookWorkflowIdOf(metadata)) };
  }

  async edit({ name }: TestRunbook, spec: object): Promise<void> {
    await this.client.patch({ namespace: this.#environment.namespace, name }, { spec });
  }

  /** Sends a command as the update `control`. @throws WorkflowUpdateFailedError when it is refused. */
  async command({ workflow }: TestRunbook, verb: RunbookVerb, node?: string): Promise<RunbookCommandAnswer> {
    const id = `${verb}-${Math.random()}`;
    return await workflow.executeUpdate<RunbookCommandAnswer, [object]>('control', {
      args: [{ id, verb, ...(node === undefined ? {} : { node }) }],
    });
  }

  /** Waits until the status is as `predicate` wants it. */
  async where(
    { name }: TestRunbook,
    what: string,
    predicate: (status: RunbookStatus) => boolean,
  ): Promise<RunbookStatus> {
    let last: RunbookStatus | undefined;
    const look = async (): Promise<RunbookStatus | undefined> => {
      last = (await this.client.get(this.#environment.namespace, name))?.status;
      return last !== undefined && predicate(last) ? last : undefined;
    };
    return await eventually(`${name} ${what}`, look, WAIT_MS).catch((cause: unknown) => {
      throw new Error(`${name} ${what}; its status is ${JSON.stringify(last)}`, { cause });
    });
  }

  /** Waits until it waits for a reason. */
  async waits(runbook: TestRunbook, reason: string): Promise<RunbookStatus> {
    return await this.where(
      runbook,
      `waits: ${reason}`,
      (status) => status.phase === 'Waiting' && status.reason === reason,
    );
  }

  /** Waits until a node is at a step, or in a phase. */
  async nodeIs(runbook: TestRunbook, node: string, where: string): Promise<RunbookStatus> {
    return await this.where(runbook, `has ${node} at ${where}`, ({ nodes = [] }) =>
      nodes.some(({ name, phase, step }) => name === node && (phase === where || step === where)),
    );
  }

  async finished(runbook: TestRunbook): Promise<RunbookStatus> {
    return await this.where(runbook, 'reaches its end', ({ phase }) => isTerminalRunbook(phase));
  }

  /** Type and reason of its Events. */
  async events({ name }: TestRunbook): Promise<string[]> {
    const { stdout } = await this.#environment.kubectl(['get', 'events', '-o', 'json']);
    const { items } = JSON.parse(stdout) as {
      items: { reason: string; type: string; involvedObject: { kind: string; name: string } }[];
    };
    return items
      .filter(({ involvedObject }) => involvedObject.kind === 'SeiNodeRunbook' && involvedObject.name === name)
      .map(({ type, reason }) => `${type} ${reason}`);
  }

  /** Waits until an Event of it was recorded, such as `Warning NodesFailed`. */
  async hasEvent(runbook: TestRunbook, event: string): Promise<void> {
    await eventually(`${runbook.name} has the Event ${event}`, async () =>
      (await this.events(runbook)).includes(event),
    );
  }

  /** Waits until nobody has the permits of these nodes or that of the chain. */
  async permitsAreFree(...nodes: readonly string[]): Promise<void> {
    for (const node of nodes) await this.#environment.permitIsFree(node);
    await permitOfChainIsFree(this.#environment);
  }
}
