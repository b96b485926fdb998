import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import {
  runbookWorkflowIdOf,
  type RunbookCommand,
  type RunbookInput,
  type RunbookSettings,
} from '../api/temporal/runbook-input.ts';
import { ResourceWorkflows, type ResourceWorkflowsOptions } from './resource-workflows.ts';

/** How a closed workflow ended. */
export interface RunbookEnd {
  readonly phase: 'Complete' | 'Failed' | 'Aborted';
  readonly reason: string;
  readonly message: string;
}

/** Starts, steers and cancels the workflows of SeiNodeRunbooks on the Temporal server. */
export class RunbookWorkflows extends ResourceWorkflows<ResourceWorkflowsOptions> {
  /** @returns `closed` when the runbook's workflow has run and is closed: it is never started a second time. */
  async start({ metadata, spec = {} }: SeiNodeRunbook): Promise<'open' | 'closed'> {
    const { namespace, name, uid, generation = 1 } = metadata;
    const mirrorTo = { namespace, name, uid };
    const input: RunbookInput = { namespace, spec, mirrorTo, cluster: this.options.clusterId, generation };
    const kind = String(spec['kind']);
    const workflowId = runbookWorkflowIdOf(mirrorTo);
    return await this.startOnce({ workflowId, kind, input, namespace, staticSummary: `${kind} ${namespace}/${name}` });
  }

  /**
   * Sends `spec.control`; does nothing when the workflow is closed. The answer is in the status, once the workflow has
   * it.
   *
   * @param generation - Of the spec: the id of an older command is sent, too, and refused.
   * @throws WorkflowUpdateFailedError while the runbook is being planned.
   */
  async sendControl(workflowId: string, command: RunbookCommand, generation: number): Promise<void> {
    const update = { updateId: `control-${command.id}-${generation}`, args: [command] as [RunbookCommand] };
    await this.tellOpen(workflowId, (handle) => handle.executeUpdate<unknown, [RunbookCommand]>('control', update));
  }

  /**
   * Sends what else of the spec was edited; does nothing when the workflow is closed.
   *
   * @throws WorkflowUpdateFailedError while the runbook is being planned.
   */
  async sendSettings(workflowId: string, settings: RunbookSettings): Promise<void> {
    const { generation, readAtMs } = settings;
    // After a restored backup the same generation comes again with other contents.
    const updateId = `settings-${generation}-${readAtMs}`;
    const update = { updateId, args: [settings] as [RunbookSettings] };
    await this.tellOpen(workflowId, (handle) => handle.executeUpdate<unknown, [RunbookSettings]>('settings', update));
  }

  /** How a closed workflow ended. Unset: it left no outcome. */
  async endOf(workflowId: string): Promise<RunbookEnd | undefined> {
    return (await this.ended<RunbookEnd>(workflowId)).outcome;
  }
}
