import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { runbookWorkflowIdOf } from '../../api/temporal/runbook-input.ts';
import { workflowIdOf } from '../../api/temporal/workflow-id.ts';
import { decideOrphans } from '../../crd-bridge/decide-orphans.ts';
import { eventually } from '../support/eventually.ts';
import { BridgeOnFakes, listed, runningTask } from './bridge-on-fakes.ts';

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `workflow-${index}`);

describe('orphans', () => {
  const cases: readonly (readonly [orphans: number, open: number, limitPercent: number, areCancelled: boolean])[] = [
    [0, 0, 20, true],
    [1, 1, 20, true],
    [5, 5, 20, true],
    [6, 6, 20, false],
    [6, 29, 20, false],
    [6, 30, 20, true],
    [200, 1_000, 20, true],
    [201, 1_000, 20, false],
    [1_000, 1_000, 100, true],
    [6, 1_000, 0, false],
    [5, 1_000, 0, true],
  ];
  for (const [orphans, open, limitPercent, areCancelled] of cases) {
    it(`${orphans} of ${open} are ${areCancelled ? '' : 'not '}cancelled with a limit of ${limitPercent}%`, () => {
      const decision = decideOrphans({ open, orphans: ids(orphans), limitPercent });
      assert.deepEqual(decision, {
        cancel: areCancelled ? ids(orphans) : [],
        withheld: areCancelled ? 0 : orphans,
      });
    });
  }
});

describe('a bridge that finds open workflows without a resource', () => {
  const tasks = Array.from({ length: 20 }, (_, index) => runningTask('a', `task-${index}`));
  const open = tasks.map(({ metadata }) => workflowIdOf(metadata));
  let cancelled: string[];
  let listsOfClosed: number;
  let fakes: BridgeOnFakes;

  beforeEach(() => {
    cancelled = [];
    listsOfClosed = 0;
  });

  afterEach(() => fakes[Symbol.asyncDispose]());

  const cancel = async (workflowId: string): Promise<boolean> => cancelled.push(workflowId) > 0;

  async function start(options: {
    /** How many of the resources are left. */
    readonly left: number;
    /** Default: the workflows of all resources. */
    readonly open?: readonly string[];
    readonly namespaces?: readonly string[];
    readonly forbidden?: readonly string[];
    /** Before the first list of open workflows. */
    readonly beforeList?: () => unknown;
  }): Promise<void> {
    const { left, open: listedOpen = open, beforeList, ...rest } = options;
    fakes = await BridgeOnFakes.start({
      ...rest,
      tasks: () => tasks.slice(0, left),
      runbookWorkflows: { cancel },
      workflows: {
        cancel,
        start: async () => 'open',
        listOpen: async function* () {
          await beforeList?.();
          yield* listed(...listedOpen);
        },
        listClosed: () => {
          listsOfClosed += 1;
          return listed();
        },
      },
    });
  }

  it('cancels them when they are few', async () => {
    await start({ left: 17 });
    await eventually('they are cancelled', () => cancelled.length === 3);
    assert.deepEqual(cancelled.toSorted(), open.slice(17).toSorted());
    assert.equal(fakes.bridge.orphansWithheld, 0);
  });

  it('cancels that of a runbook as well', async () => {
    const runbook = runbookWorkflowIdOf({ namespace: 'a', name: 'rolling', uid: 'u' });
    await start({
      left: 20,
      open: [...open, runbook, `${runbook}/node/1`],
      beforeList: () =>
        eventually('the runbooks were listed', () =>
          fakes.requests.some(({ path, query }) => path.includes('runbooks') && query['watch'] !== undefined),
        ),
    });
    await eventually('it is cancelled', () => cancelled.length > 0);
    assert.deepEqual(cancelled, [runbook]);
  });

  it('cancels none in a namespace that it may no longer read, and looks after the others', async () => {
    const forbidden: string[] = [];
    const unread = workflowIdOf(runningTask('b', 'unread').metadata);
    const beforeList = (): void => void forbidden.push('b');
    await start({ left: 19, open: [unread, ...open], namespaces: ['a', 'b'], forbidden, beforeList });
    await eventually('the other orphan is cancelled', () => cancelled.length > 0);
    assert.deepEqual(cancelled, [open[19]]);
  });

  it('cancels none when they are more than a fifth, and says so', async () => {
    await start({ left: 10 });
    await eventually('it says so', () => fakes.recorded.of('OrphansWithheld').length > 0);
    assert.equal(fakes.bridge.orphansWithheld, 10);
    const [line] = fakes.recorded.of('OrphansWithheld');
    assert.deepEqual([line?.orphans, line?.open], [10, 20]);
    assert.deepEqual(cancelled, []);
  });

  it('cancels none in a namespace that it may not list, names that, and looks after the others', async function () {
    this.timeout(30_000);
    const forbidden = workflowIdOf(runningTask('b', 'forbidden').metadata);
    await start({ left: 19, open: [...open, forbidden], namespaces: ['a', 'b'], forbidden: ['b'] });
    await eventually('the other orphan is cancelled', () => cancelled.length > 0);
    assert.deepEqual(cancelled, [open[19]]);
    assert.ok(listsOfClosed > 0);
    assert.match(fakes.bridge.problem ?? '', /namespaces\/b\/seinodetasks/);
  });
});

describe('a bridge whose watch of tasks was interrupted', () => {
  const tasks = Array.from({ length: 20 }, (_, index) => runningTask('a', `task-${index}`));
  const open = tasks.map(({ metadata }) => workflowIdOf(metadata));
  let cancelled: string[];
  let left: readonly SeiNodeTask[];
  /** Pending until the open workflows are to be listed for the first time. */
  let list: PromiseWithResolvers<void>;
  let fakes: BridgeOnFakes;

  beforeEach(() => {
    cancelled = [];
    left = tasks;
    list = Promise.withResolvers();
  });

  afterEach(async () => {
    list.resolve();
    await fakes[Symbol.asyncDispose]();
  });

  async function start(startWorkflow: () => Promise<'open'> = async () => 'open'): Promise<void> {
    fakes = await BridgeOnFakes.start({
      tasks: () => left,
      workflows: {
        cancel: async (workflowId) => cancelled.push(workflowId) > 0,
        start: startWorkflow,
        listOpen: async function* () {
          await list.promise;
          yield* listed(...open);
        },
      },
    });
    await eventually('the tasks are watched', () => fakes.isWatched);
  }

  /** Leaves only so many of the tasks, and makes the bridge list them again. @returns When it has handled that. */
  async function relistedWith(count: number, failing = 0): Promise<void> {
    await eventually('all tasks were reconciled', () => fakes.bridge.queueLength === fakes.bridge.failing);
    left = tasks.slice(0, count);
    fakes.expireWatch();
    await eventually(
      'what is gone was handled',
      () =>
        fakes.isWatched &&
        fakes.bridge.tasks.length === count &&
        fakes.bridge.queueLength === failing &&
        fakes.bridge.failing === failing,
    );
  }

  it('cancels none when a relist lacks more than a fifth, and says so', async () => {
    await start();
    await relistedWith(10);
    list.resolve();
    await eventually('it says so', () => fakes.recorded.of('OrphansWithheld').length > 0);
    assert.equal(fakes.bridge.orphansWithheld, 10);
    assert.deepEqual(cancelled, []);
  });

  it('cancels none of them either when their reconciles had failed before', async () => {
    await start(() => Promise.reject(new Error('no connection')));
    await eventually('all fail', () => fakes.bridge.failing === tasks.length);
    await relistedWith(10, 10);
    assert.deepEqual(cancelled, []);
  });

  it('leaves a few that a relist lacks to the search for orphans, which cancels them', async () => {
    await start();
    await relistedWith(17);
    assert.deepEqual(cancelled, []);
    list.resolve();
    await eventually('they are cancelled', () => cancelled.length === 3);
    assert.deepEqual(new Set(cancelled), new Set(open.slice(17)));
  });

  it('cancels those at once, however many, whose deletion the watch delivers', async () => {
    await start();
    left = [];
    for (const task of tasks) fakes.sendDeleted(task);
    await eventually('they are cancelled', () => cancelled.length === tasks.length);
    assert.deepEqual(new Set(cancelled), new Set(open));
  });

  it('leaves one that a backup brought back and a relist lacks again to the search, too', async () => {
    await start();
    left = tasks.slice(0, 19);
    fakes.sendDeleted(tasks[19] ?? assert.fail());
    await eventually('it is cancelled', () => cancelled.length > 0);
    await relistedWith(20);
    await relistedWith(19);
    assert.deepEqual(cancelled, [open[19]]);
  });
});
