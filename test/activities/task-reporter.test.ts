import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import type { MirrorDependencies } from '../../activities/mirror-status.ts';
import { TaskReporter } from '../../activities/task-reporter.ts';
import type { TaskIdentity } from '../../api/temporal/task-input.ts';
import { noLog } from '../support/recorded-log.ts';
import { KubernetesTimeoutError } from '../../kubernetes/errors.ts';

const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
const task = { node, taskId: 'id', provenance: {}, mirrorTo: { ...node, uid: 'u' } } as unknown as TaskIdentity;
const context = {
  info: { workflowNamespace: 'default', workflowExecution: { workflowId: 'w', runId: 'r' } },
} as unknown as Context;
const POLL_MS = 5_000;
const MINUTE_MS = 60_000;

/** An API server that answers status writes, or does not. */
class FakeStatuses {
  answers = true;
  readonly triedAtMs: number[] = [];
  nowMs = 0;

  async write(): Promise<unknown> {
    this.triedAtMs.push(this.nowMs);
    if (!this.answers) throw new KubernetesTimeoutError('PATCH timed out');
    return { outcome: 'written', object: { status: {} } };
  }
}

describe('the progress of a task in its status', () => {
  let statuses: FakeStatuses;
  let reporter: TaskReporter;

  beforeEach(() => {
    statuses = new FakeStatuses();
    const attempt = {
      get nowMs() {
        return statuses.nowMs;
      },
      signal: new AbortController().signal,
    };
    const dependencies = {
      statuses,
      events: { record: async () => undefined },
      log: noLog,
    } as unknown as MirrorDependencies;
    reporter = new TaskReporter({ dependencies, task, attempt });
  });

  /** Shows the same text at each poll. */
  async function pollFor(durationMs: number, message: string): Promise<void> {
    for (const until = statuses.nowMs + durationMs; statuses.nowMs < until; statuses.nowMs += POLL_MS) {
      asyncLocalStorage.run(context, () =>
        reporter.show({ step: 'working', progress: { step: 'AwaitingHeight', message } }),
      );
      await turn();
    }
  }

  it('is written once, however often it is shown', async () => {
    await pollFor(10 * MINUTE_MS, 'at height 7');
    assert.deepEqual(statuses.triedAtMs, [0]);
  });

  it('is written less and less often while the API server does not answer, and again when it does', async () => {
    statuses.answers = false;
    await pollFor(10 * MINUTE_MS, 'at height 7');
    const tries = statuses.triedAtMs.length;
    assert.ok(tries >= 10 && tries <= 40, `${tries} tries in 120 polls`);
    statuses.answers = true;
    await pollFor(MINUTE_MS, 'at height 7');
    assert.equal(statuses.triedAtMs.length, tries + 1);
    await pollFor(MINUTE_MS, 'at height 8');
    assert.equal(statuses.triedAtMs.length, tries + 2);
  });
});
