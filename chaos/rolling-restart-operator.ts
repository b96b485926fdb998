import { setTimeout as sleep } from 'node:timers/promises';
import { SEI_NODE_RUNBOOK } from '../api/resources.ts';
import { hasHttpStatus } from '../kubernetes/errors.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { nextSteering } from './next-steering.ts';
import type { ObservedRunbookState } from './observations.ts';
import { persist } from './persist.ts';
import type { PlannedRollingRestart, Steering } from './plan/planned-rolling-restart.ts';
import { Random } from './plan/random.ts';
import type { RollingRestartLog } from './rolling-restart-log.ts';
import { NAMESPACE, type ChaosStack } from './start-chaos-stack.ts';

const LOOK_MS = 500;

/** Creates runbooks and steers each of them to its end. */
export class RollingRestartOperator {
  readonly #runbooks: ResourceClient;
  readonly #log: RollingRestartLog;
  readonly #signal: AbortSignal;
  /** Ids of the commands that were answered, by name of the runbook. */
  readonly #answered = new Map<string, string[]>();

  constructor(stack: ChaosStack, log: RollingRestartLog, signal: AbortSignal) {
    this.#runbooks = new ResourceClient(stack.admin, SEI_NODE_RUNBOOK);
    this.#log = log;
    this.#signal = signal;
  }

  /** Resolves when the runbook has reached its end. */
  async roll(planned: PlannedRollingRestart): Promise<void> {
    const { name, steering, operatorSeed } = planned;
    await this.#create(planned);
    for (const { afterMs, ...action } of steering) {
      await this.#pause(afterMs);
      if (this.#current(name) !== undefined) await this.#do(name, action);
    }
    const random = new Random(operatorSeed, name);
    while (this.#log.current(name) !== 'over') {
      await this.#pause(LOOK_MS);
      const action = nextSteering(this.#current(name)?.status ?? {}, random);
      if (action !== undefined) await this.#do(name, action);
    }
  }

  async #create({ name, spec }: PlannedRollingRestart): Promise<void> {
    const { group, version, kind } = SEI_NODE_RUNBOOK;
    const runbook = { apiVersion: `${group}/${version}`, kind, metadata: { name }, spec };
    await persist(async () => {
      await this.#runbooks.create(NAMESPACE, runbook, { signal: this.#signal }).catch((error: unknown) => {
        // An earlier attempt may have arrived.
        if (!hasHttpStatus(error, 409)) throw error;
      });
    }, this.#signal);
  }

  async #do(name: string, action: Steering): Promise<void> {
    switch (action.do) {
      case 'command':
        return await this.#command(name, action);
      case 'repeat':
        return await this.#repeat(name, action);
      case 'edit': {
        const { paused, skipNodes } = action;
        return await this.#edit(name, paused === undefined ? { skipNodes } : { paused });
      }
      default:
        await persist(() => this.#runbooks.delete(NAMESPACE, name, { signal: this.#signal }), this.#signal);
    }
  }

  /** A command is answered, or the runbook ends: waits for either, however long it takes. */
  async #command(name: string, { verb, node }: Extract<Steering, { do: 'command' }>): Promise<void> {
    const answered = this.#answered.get(name) ?? [];
    const id = `${name}-${answered.length}`;
    this.#answered.set(name, [...answered, id]);
    await this.#edit(name, { control: { id, verb, node: node ?? null } });
    const isAnswered = (): boolean => this.#current(name)?.status?.control?.id === id;
    while (this.#log.current(name) !== 'over' && !isAnswered()) await this.#pause(LOOK_MS);
  }

  async #repeat(name: string, { verb, node }: Extract<Steering, { do: 'repeat' }>): Promise<void> {
    const id = this.#answered.get(name)?.[0];
    if (id !== undefined) await this.#edit(name, { control: { id, verb, node: node ?? null } });
  }

  async #edit(name: string, spec: object): Promise<void> {
    const patch = (): Promise<void> =>
      persist(async () => {
        await this.#runbooks
          .patch({ namespace: NAMESPACE, name }, { spec }, { signal: this.#signal })
          .catch((error: unknown) => {
            // It was over and its time to live is, too.
            if (!hasHttpStatus(error, 404)) throw error;
          });
      }, this.#signal);
    await this.#log.edit(name, patch);
  }

  /** The last state that was seen of a runbook that is not over. */
  #current(name: string): ObservedRunbookState | undefined {
    const current = this.#log.current(name);
    return typeof current === 'string' ? undefined : current;
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#signal });
  }
}
