import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { taskKindNames, type TaskKind, payloadFieldOf } from '../../api/task-kinds.ts';
import { causesOf } from '../support/causes-of.ts';
import { minimalPayloads } from '../api/payload-examples.ts';
import { TestEnvironment } from '../support/test-environment.ts';

type Fields = Readonly<Record<string, unknown>>;

const target = { nodeRef: { name: 'syncer-0-0' } };
const proposal = {
  ...minimalPayloads.GovParamChange,
  changes: [{ subspace: 's', key: 'k', value: { a: [1, { b: null }] } }],
};
const changesTo = (...values: readonly unknown[]): Fields => ({
  changes: values.map((value) => ({ subspace: 's', key: 'k', value })),
});

/** For each kind whose payload has fields, edits of it, each as a merge patch. */
const payloadEdits: Readonly<Partial<Record<TaskKind, readonly Fields[]>>> = {
  GovVote: [{ option: 'no' }, { memo: 'why' }, { keyName: 'mine' }, { gas: 1 }],
  GovSoftwareUpgrade: [{ upgradeHeight: 2 }, { upgradeInfo: '{}' }],
  GovParamChange: [
    { title: 'Another title' },
    changesTo({ a: [1, { b: 0 }] }),
    changesTo({ a: [1, { b: null }], c: 1 }),
    changesTo('100'),
    changesTo({ a: [1, { b: null }] }, 1),
  ],
  AwaitCondition: [{ height: { targetHeight: 2 } }, { action: 'SIGTERM_SEID' }],
  UpdateNodeImage: [{ image: 'sei:v10' }],
  AwaitNodesAtHeight: [{ targetHeight: 2 }],
};

describe('what cannot be edited in a SeiNodeTask', () => {
  let environment: TestEnvironment;
  let created = 0;

  before(async () => {
    environment = await TestEnvironment.create();
  });
  after(() => environment.stop());

  async function create(kind: TaskKind): Promise<SeiNodeTask> {
    created += 1;
    const payload = kind === 'GovParamChange' ? proposal : minimalPayloads[kind];
    return await environment.createTask(`task-${created}`, { kind, target, [payloadFieldOf(kind)]: payload });
  }

  async function patch({ metadata }: SeiNodeTask, spec: Fields): Promise<SeiNodeTask> {
    return await environment.tasks.patch({ namespace: environment.namespace, name: metadata.name }, { spec });
  }

  /** The edit is refused because of these fields, and the spec is as it was. */
  async function assertRefused(task: SeiNodeTask, spec: Fields, ...fields: readonly string[]): Promise<void> {
    const error = await patch(task, spec).then(
      () => assert.fail(`accepted: ${JSON.stringify(spec)}`),
      (reason: unknown) => reason,
    );
    assert.deepEqual(
      causesOf(error),
      fields.map((field) => `${field} Invalid`),
    );
    assert.deepEqual((await environment.tasks.get(environment.namespace, task.metadata.name))?.spec, task.spec);
  }

  it('is the kind', async () => {
    await assertRefused(
      await create('RestartSeid'),
      { kind: 'MarkReady', restartSeid: null, markReady: {} },
      'spec.kind',
    );
  });

  const targetEdits: readonly Fields[] = [
    { nodeRef: { name: 'syncer-0-1' } },
    { requirePhase: 'Failed' },
    { requirePhaseTimeout: '10m' },
    { queueTimeout: '1m' },
  ];
  for (const edit of targetEdits) {
    it(`is the target: ${JSON.stringify(edit)}`, async () => {
      await assertRefused(await create('RestartSeid'), { target: edit }, 'spec.target');
    });
  }

  for (const kind of taskKindNames) {
    const field = payloadFieldOf(kind);
    const other = kind === 'MarkReady' ? 'restartSeid' : 'markReady';

    it(`is the payload of ${kind}: it cannot be removed, and no second one can be added`, async () => {
      const task = await create(kind);
      // It breaks two rules: that of one payload, and that of the kind's own.
      await assertRefused(task, { [field]: null }, 'spec', 'spec');
      await assertRefused(task, { [other]: {} }, 'spec');
    });

    for (const edit of payloadEdits[kind] ?? []) {
      it(`is the payload of ${kind}: ${JSON.stringify(edit)}`, async () => {
        await assertRefused(await create(kind), { [field]: edit }, `spec.${field}`);
      });
    }
  }

  it('is still not editable when the task has ended', async () => {
    const { metadata } = await create('UpdateNodeImage');
    const task = await environment.tasks.patchStatus(
      { namespace: environment.namespace, name: metadata.name },
      { status: { phase: 'Complete' } },
    );
    await assertRefused(task, { target: { nodeRef: { name: 'validator-1' } } }, 'spec.target');
    await assertRefused(task, { updateNodeImage: { image: 'sei:v10' } }, 'spec.updateNodeImage');
  });

  it('does not include its timeouts: they may change, and the same manifest may be applied again', async () => {
    for (const kind of taskKindNames) {
      const task = await create(kind);
      const times = { timeoutSeconds: 7, ttlSecondsAfterFinished: 8, minSecondsBetweenRestarts: 9 };
      assert.partialDeepStrictEqual((await patch(task, times)).spec, times);
      const { name } = task.metadata;
      const manifest = {
        apiVersion: 'sei.io/v1alpha1',
        kind: 'SeiNodeTask',
        metadata: { name },
        spec: { ...task.spec, ...times, timeoutSeconds: 70 },
      };
      assert.equal((await environment.kubectl(['apply', '-f', '-'], JSON.stringify(manifest))).code, 0);
      assert.deepEqual((await environment.tasks.get(environment.namespace, name))?.spec, manifest.spec);
    }
  });
});
