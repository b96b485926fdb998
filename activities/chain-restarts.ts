import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { chainRestartsIdOf } from '../api/temporal/permit-id.ts';
import type { RecentRestart } from '../core/guard/guard-situation.ts';
import { CodelessWorkflows } from './codeless-workflows.ts';

const WORKFLOW_TYPE = 'ChainRestarts';
/** Restarts of one chain that are kept: far more than can be down at a time. */
const KEPT = 100;

const recentSchema = z.array(
  z.object({
    cluster: z.string().optional(),
    namespace: z.string(),
    name: z.string(),
    address: z.string().optional(),
    holder: z.string().optional(),
    sentAtMs: z.number(),
    endedAtMs: z.number().optional(),
  }),
);

/**
 * The validators of each chain that were restarted and have not been seen to sign. They are the memo of a workflow that
 * runs no code, which is replaced at each change. Only the holder of the chain's permit writes it, so that no change is
 * lost.
 */
export class ChainRestarts {
  readonly #workflows: CodelessWorkflows;

  constructor(client: Client) {
    this.#workflows = new CodelessWorkflows(client);
  }

  /** A record of another form, which somebody started by hand, counts as none. */
  async read(chainId: string): Promise<readonly RecentRestart[]> {
    const record = await this.#workflows.read(chainRestartsIdOf(chainId));
    if (record === undefined) return [];
    return recentSchema.safeParse(record.memo('recent')).data ?? [];
  }

  /** Only for the holder of the chain's permit. */
  async write(chainId: string, recent: readonly RecentRestart[]): Promise<void> {
    const id = chainRestartsIdOf(chainId);
    const before = await this.#workflows.read(id);
    const kept = recent.slice(-KEPT);
    if (kept.length > 0)
      await this.#workflows.start({
        id,
        type: WORKFLOW_TYPE,
        memo: { recent: kept },
        summary: `Not seen to sign since their restart: ${kept.map(({ name }) => name).join(', ')}`,
        replaces: true,
      });
    if (before !== undefined) await this.#workflows.end(id, before.runId);
  }
}
