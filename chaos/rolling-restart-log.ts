import type { RunbookStatus } from '../api/sei-node-runbook.ts';
import { isTerminalRunbook } from '../api/runbook-phases.ts';
import { runbookWorkflowIdOf } from '../api/temporal/runbook-input.ts';
import { now } from '../dev/now.ts';
import type { StoredState } from './etcd-history.ts';
import type { EditableSpec, ObservedEdit, ObservedRunbookState } from './observations.ts';
import type { PlannedRollingRestart } from './plan/planned-rolling-restart.ts';

/** All that was seen of a SeiNodeRunbook in etcd. */
export interface LoggedRollingRestart {
  readonly planned: PlannedRollingRestart;
  readonly workflowId: string;
  readonly states: ObservedRunbookState[];
  readonly edits: ObservedEdit[];
  deletedAt?: number;
}

/** All that etcd has ever held of the SeiNodeRunbooks of a run, and when the operators have written. */
export class RollingRestartLog {
  /** How often something was seen to change. */
  changes = 0;
  readonly #planned = new Map<string, PlannedRollingRestart>();
  readonly #logged = new Map<string, LoggedRollingRestart>();
  readonly #edits = new Map<string, ObservedEdit[]>();

  /** One is expected before it is created. */
  expect(rollingRestart: PlannedRollingRestart): void {
    this.#planned.set(rollingRestart.name, rollingRestart);
    this.#edits.set(rollingRestart.name, []);
  }

  observe({ namespace, name, at, object }: StoredState): void {
    const planned = this.#planned.get(name);
    if (planned === undefined) return;
    this.changes += 1;
    const known = this.#logged.get(name);
    if (object === undefined) {
      if (known !== undefined) known.deletedAt = at;
      return;
    }
    const { uid, generation = 1 } = object.metadata as { readonly uid: string; readonly generation?: number };
    const logged = known ?? {
      planned,
      workflowId: runbookWorkflowIdOf({ namespace, name, uid }),
      states: [],
      edits: this.#edits.get(name) ?? [],
    };
    this.#logged.set(name, logged);
    const { control, paused, skipNodes } = object['spec'] as EditableSpec;
    const status = object['status'] as RunbookStatus | undefined;
    logged.states.push({ at, generation, spec: { control, paused, skipNodes }, status });
  }

  /** Records how long a write takes: its effect may come at any time from its beginning on. */
  async edit(name: string, write: () => Promise<void>): Promise<void> {
    const edit: { beganAt: number; endedAt?: number } = { beganAt: now() };
    this.#edits.get(name)?.push(edit);
    await write();
    edit.endedAt = now();
  }

  /** The last state that was seen of one that is still to reach its end. */
  current(name: string): ObservedRunbookState | 'unseen' | 'over' {
    const logged = this.#logged.get(name);
    if (logged === undefined) return 'unseen';
    const last = logged.states.at(-1);
    return last === undefined || logged.deletedAt !== undefined || isTerminalRunbook(last.status?.phase)
      ? 'over'
      : last;
  }

  /** Names of those that still have to reach their end. */
  get open(): string[] {
    return [...this.#planned.keys()].filter((name) => this.current(name) !== 'over');
  }

  /** Names of those that should have been deleted after their end and are still there. */
  get expired(): string[] {
    return this.all
      .filter(({ planned, deletedAt }) => planned.hasTimeToLive && deletedAt === undefined)
      .map(({ planned }) => planned.name);
  }

  get all(): LoggedRollingRestart[] {
    return [...this.#logged.values()];
  }
}
