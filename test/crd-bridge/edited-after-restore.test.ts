import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { Client } from '@temporalio/client';
import type { SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { RunbookSettings } from '../../api/temporal/runbook-input.ts';
import type { SpecChange } from '../../api/temporal/spec-change.ts';
import { RunbookReconciler, type RunbookReconcilerOptions } from '../../crd-bridge/runbook-reconciler.ts';
import { RunbookWorkflows } from '../../crd-bridge/runbook-workflows.ts';
import { TaskReconciler, type TaskReconcilerOptions } from '../../crd-bridge/task-reconciler.ts';
import { noLog } from '../support/recorded-log.ts';

const ignore = (): void => undefined;
const SECOND_MS = 1_000;
const BEGIN_MS = Date.UTC(2026, 0);

interface Seen {
  readonly generation: number;
  readonly observedGeneration: number;
  /** Whether only a bridge has written the status. Default: no. */
  readonly isUntouched?: boolean;
}

const metadataOf = (generation: number) => ({
  namespace: 'a',
  name: 'edited',
  uid: 'u',
  resourceVersion: `${generation}`,
  generation,
});

/** What a bridge sends that sees these states of one task, a second apart. */
async function sentOf(...seen: readonly Seen[]): Promise<SpecChange[]> {
  const sent: SpecChange[] = [];
  const reconciler = new TaskReconciler({
    reconcileAfter: ignore,
    workflows: {
      start: async () => {
        mock.timers.tick(SECOND_MS);
        return 'open';
      },
      specChanged: async (_id: string, change: SpecChange) => void sent.push(change),
    },
    log: ignore,
  } as unknown as TaskReconcilerOptions);
  for (const { generation, observedGeneration, isUntouched = false } of seen) {
    const task: SeiNodeTask = {
      metadata: metadataOf(generation),
      spec: { kind: 'RestartSeid', restartSeid: {} },
      status: {
        phase: 'Running',
        observedGeneration,
        workflow: { id: 'workflow', ...(isUntouched ? {} : { runId: 'run' }) },
      },
    };
    reconciler.forget('workflow');
    await reconciler.reconcile('workflow', task);
  }
  return sent;
}

describe('a running task whose generation a restored backup has set back', () => {
  beforeEach(() => mock.timers.enable({ apis: ['Date'], now: BEGIN_MS }));

  afterEach(() => mock.timers.reset());

  it('has each edit sent by the bridge that sent later ones before', async () => {
    const sent = await sentOf(
      { generation: 3, observedGeneration: 2 },
      { generation: 1, observedGeneration: 1 },
      { generation: 2, observedGeneration: 1 },
    );
    assert.deepEqual(
      sent.map(({ generation }) => generation),
      [3, 1, 2],
    );
  });

  it('is sent by a new leader once the status has the generation that the workflow has', async () => {
    const sent = await sentOf({ generation: 1, observedGeneration: 1 }, { generation: 1, observedGeneration: 3 });
    assert.deepEqual(
      sent.map(({ generation }) => generation),
      [1],
    );
  });

  it('is sent although a bridge has written that generation before any workflow did', async () => {
    const sent = await sentOf({ generation: 2, observedGeneration: 2, isUntouched: true });
    assert.deepEqual(
      sent.map(({ generation }) => generation),
      [2],
    );
  });

  it('is sent with the time at which the bridge read it, before it started or found the workflow', async () => {
    const [first, second] = await sentOf(
      { generation: 2, observedGeneration: 1 },
      { generation: 1, observedGeneration: 1 },
    );
    assert.deepEqual([first?.readAtMs, second?.readAtMs], [BEGIN_MS, BEGIN_MS + SECOND_MS]);
  });
});

describe('a running runbook whose generation a restored backup has set back', () => {
  interface Update {
    readonly updateId: string;
    readonly settings: RunbookSettings;
  }

  let updates: Update[];
  let refusals: number;
  let reconciler: RunbookReconciler;

  beforeEach(() => {
    mock.timers.enable({ apis: ['Date'], now: BEGIN_MS });
    updates = [];
    refusals = 0;
    const executeUpdate = async (
      _name: string,
      { updateId, args: [settings] }: { updateId: string; args: [RunbookSettings] },
    ): Promise<void> => {
      updates.push({ updateId, settings });
      if (refusals-- > 0) throw new Error('no worker answers');
    };
    const client = {
      withDeadline: async (_deadline: number, call: () => Promise<unknown>) => await call(),
      workflow: { start: ignore, getHandle: () => ({ executeUpdate }) },
    };
    const workflows = new RunbookWorkflows({
      client: client as unknown as Client,
      taskQueue: 'queue',
      clusterId: 'cluster',
      searchAttributes: { areKnown: false },
    });
    reconciler = new RunbookReconciler({
      reconcileAfter: ignore,
      workflows,
      log: noLog,
    } as unknown as RunbookReconcilerOptions);
  });

  afterEach(() => mock.timers.reset());

  async function reconcile({ generation, observedGeneration }: Seen, paused = false): Promise<void> {
    mock.timers.tick(SECOND_MS);
    const runbook = {
      metadata: metadataOf(generation),
      spec: { kind: 'RollingRestart', paused },
      status: { phase: 'Running', observedGeneration },
    } as unknown as SeiNodeRunbook;
    await reconciler.reconcile('workflow', runbook);
  }

  it('has each edit sent, as an update of its own although that generation was sent before', async () => {
    await reconcile({ generation: 2, observedGeneration: 1 }, true);
    await reconcile({ generation: 3, observedGeneration: 2 });
    await reconcile({ generation: 1, observedGeneration: 1 });
    await reconcile({ generation: 2, observedGeneration: 1 }, true);
    assert.deepEqual(
      updates.map(({ settings: { generation, paused } }) => [generation, paused]),
      [
        [2, true],
        [3, false],
        [1, false],
        [2, true],
      ],
    );
    assert.equal(new Set(updates.map(({ updateId }) => updateId)).size, updates.length);
    const times = updates.map(({ settings }) => settings.readAtMs ?? 0);
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    );
  });

  it('has an edit sent again as the same update until the workflow answers', async () => {
    refusals = 1;
    await assert.rejects(reconcile({ generation: 2, observedGeneration: 3 }));
    await reconcile({ generation: 2, observedGeneration: 3 });
    await reconcile({ generation: 2, observedGeneration: 3 });
    const [first, second, ...more] = updates;
    assert.deepEqual([first, more], [second, []]);
  });
});
