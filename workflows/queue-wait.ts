import { isCancellation, patched, proxyActivities, proxyLocalActivities, sleep, TemporalFailure, type ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import { present } from '../api/present.ts';
import { queued } from '../api/progress.ts';
import { obstacleBeside, queueTimedOut, waitingInQueue, type Obstacle } from '../api/queueing.ts';
import { signalLaterText, type SidecarActivity } from '../api/sidecar-activity.ts';
import { taskKinds } from '../api/task-kinds.ts';
import type { Verdict } from '../api/verdict.ts';
import { INTERMEDIATE_MIRROR, LONGEST_RESTART_MS, pollOptions, READ_SIDECAR } from './activity-options.ts';
import { executionOf, taskIdOf } from './execution.ts';
import { Permit } from './permit.ts';
import type { TaskRun } from './task-run.ts';
import { unlessTimedOut } from './unless-timed-out.ts';

const { readPermitHolder } = proxyLocalActivities<Activities>({ ...INTERMEDIATE_MIRROR, summary: 'Ask who has the node' });
const { readSidecarActivity } = proxyLocalActivities<Activities>({ ...READ_SIDECAR, summary: 'Read what else the sidecar does' });

/** A task's wait until it has its node to itself, at most `queueTimeout` in all. */
export class QueueWait {
  readonly permit: Permit;
  readonly #run: TaskRun;
  #sinceMs: number | undefined;

  constructor(run: TaskRun) {
    this.#run = run;
    this.permit = new Permit(run.plan);
  }

  /**
   * Waits for whatever stands in the way, once; the caller looks again then.
   *
   * @returns `free` when nothing does, and the permit is held or not needed.
   */
  async wait(): Promise<{ readonly state: 'free' | 'waited' } | { readonly state: 'over'; readonly verdict: Verdict }> {
    const obstacle = await this.#obstacle();
    if (obstacle === undefined) return { state: 'free' };
    this.#sinceMs ??= Date.now();
    const verdict = this.#timedOut(obstacle) ?? (await this.#show(obstacle));
    if (verdict !== undefined) return { state: 'over', verdict };
    await this.#outwait(obstacle, this.#sinceMs);
    return { state: 'waited' };
  }

  /**
   * Takes the permit for a task that was begun before. One that the sidecar has is watched at once, with or without;
   * any other one waits until its execution time is over.
   */
  async waitBegun(): Promise<void> {
    const { plan } = this.#run;
    const { startedAtMs, deadlineMs = Number.POSITIVE_INFINITY } = executionOf(plan, plan.begun?.executionStartedAt);
    const isOver = (): boolean => this.permit.isHeld || plan.begun?.accepted === true || Date.now() >= deadlineMs;
    try {
      for (await this.permit.take(); !isOver(); await this.permit.take()) await this.#awaitPermit(startedAtMs, deadlineMs - Date.now());
    } catch (error) {
      if (!isCancellation(error)) throw error;
    }
  }

  /** Milliseconds; infinite where the task names no `queueTimeout`. */
  get #remainingMs(): number {
    const { queueTimeoutMs = Number.POSITIVE_INFINITY } = this.#run.plan;
    return (this.#sinceMs ?? Date.now()) + queueTimeoutMs - Date.now();
  }

  #timedOut(obstacle: Obstacle): Verdict | undefined {
    const { node, queueTimeoutMs } = this.#run.plan;
    if (queueTimeoutMs === undefined || this.#remainingMs > 0) return undefined;
    // Whoever had the node when the permit was refused has given it back since: it is tried for once more.
    if (obstacle.by === 'permit' && obstacle.holder === undefined && patched('given-back-meanwhile')) return undefined;
    return queueTimedOut(node, obstacle, queueTimeoutMs);
  }

  async #obstacle(): Promise<Obstacle | undefined> {
    const { permit } = this;
    if (!permit.isHeld) return { by: 'permit', holder: await readPermitHolder(await permit.id()) };
    if (!taskKinds[this.#run.plan.kind].changesNode) return undefined;
    const activity = await this.#sidecarActivity();
    const { kind, betweenRestartsMs } = this.#run.plan;
    this.#run.notice = kind === 'RestartSeid' ? signalLaterText(activity) : undefined;
    return obstacleBeside(activity, betweenRestartsMs, Date.now());
  }

  /** A sidecar that cannot be asked is no reason to wait: it is asked again before anything is sent. */
  async #sidecarActivity(): Promise<SidecarActivity> {
    const { plan } = this.#run;
    try {
      return await readSidecarActivity({ node: plan.node, taskId: taskIdOf(plan) });
    } catch (error) {
      if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
      return {};
    }
  }

  async #show(obstacle: Obstacle): Promise<Verdict | undefined> {
    if (obstacle.by === 'permit' && obstacle.holder === undefined) return undefined;
    const { plan, mirror, display } = this.#run;
    const progress = queued(waitingInQueue(plan.node, obstacle, plan.queueTimeoutMs));
    display.show(progress);
    const mirrored = await mirror.step({ step: 'waiting', reason: 'Queued', progress });
    return 'verdict' in mirrored ? mirrored.verdict : undefined;
  }

  async #outwait(obstacle: Obstacle, sinceMs: number): Promise<void> {
    if (obstacle.by === 'permit') return await this.#awaitPermit(sinceMs, this.#remainingMs);
    if (obstacle.by === 'restart') return await this.#awaitRestart();
    await this.permit.release();
    await sleep(Math.max(1, Math.min(obstacle.freeAtMs - Date.now(), this.#remainingMs)));
  }

  async #awaitPermit(sinceMs: number, remainingMs: number): Promise<void> {
    const { plan, mirror } = this.#run;
    const { awaitPermit } = proxyActivities<Activities>({ ...within(remainingMs), summary: `Wait until ${plan.node.name} is free` });
    const { subject } = mirror;
    await unlessTimedOut(
      awaitPermit({ node: plan.node, permitId: await this.permit.id(), sinceMs, ...present({ queueTimeoutMs: plan.queueTimeoutMs, subject }) }),
    );
  }

  async #awaitRestart(): Promise<void> {
    const { plan } = this.#run;
    const { awaitRestart } = proxyActivities<Activities>({ ...within(Math.min(this.#remainingMs, LONGEST_RESTART_MS)), summary: `Wait until the sidecar of ${plan.node.name} is done` });
    await unlessTimedOut(awaitRestart({ node: plan.node, taskId: taskIdOf(plan), sinceMs: Date.now() }));
  }
}

function within(remainingMs: number): ActivityOptions {
  const bound = Number.isFinite(remainingMs) ? { scheduleToCloseTimeout: Math.max(1, remainingMs) } : {};
  return { ...pollOptions(), ...bound };
}
