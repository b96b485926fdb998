import assert from 'node:assert/strict';
import { LOST_AFTER_MS, TemporalHealth, type AskableConnection } from '../../worker/temporal-health.ts';

const answers = (): Promise<unknown> => Promise.resolve({});
const fails = (): Promise<never> => Promise.reject(new Error('tcp connect error'));

describe('the health of Temporal', () => {
  let nowMs: number;
  let answer: () => Promise<unknown>;
  let deadlines: number[];
  let namespaces: string[];
  let health: TemporalHealth;

  beforeEach(() => {
    nowMs = 1_000;
    deadlines = [];
    namespaces = [];
    answer = () => Promise.resolve({});
    const connection = {
      withDeadline: async (deadline: number, ask: () => Promise<unknown>) => {
        deadlines.push(deadline);
        return await ask();
      },
      workflowService: {
        describeNamespace: async ({ namespace }: { namespace: string }) => {
          namespaces.push(namespace);
          return await answer();
        },
      },
    };
    health = new TemporalHealth(
      () => connection as unknown as AskableConnection,
      'production',
      () => nowMs,
    );
  });

  async function check(atMs: number, next: () => Promise<unknown>): Promise<void> {
    nowMs = atMs;
    answer = next;
    await health.check();
  }

  it('is good while it answers, and each question has a deadline', async () => {
    await check(1_000, answers);
    assert.deepEqual([health.problem, health.isLost], [undefined, false]);
    assert.deepEqual(namespaces, ['production']);
    assert.ok(deadlines.every((deadline) => deadline > Date.now() && deadline < Date.now() + 60_000));
  });

  it('says why the last question failed', async () => {
    await check(1_000, fails);
    assert.match(health.problem ?? '', /TEMPORAL_ADDRESS.*tcp connect error/);
    assert.equal(health.isLost, false);
    await check(2_000, answers);
    assert.equal(health.problem, undefined);
  });

  it('names a namespace that does not exist', async () => {
    await check(1_000, () => Promise.reject(new Error('Namespace production is not found.')));
    assert.match(health.problem ?? '', /^The Temporal namespace does not exist: check TEMPORAL_NAMESPACE/);
  });

  it('is lost when every question has failed for 20 s', async () => {
    await check(1_000, fails);
    nowMs = 1_000 + LOST_AFTER_MS - 1;
    assert.equal(health.isLost, false);
    nowMs += 1;
    assert.equal(health.isLost, true);
    await check(nowMs, answers);
    assert.equal(health.isLost, false);
  });

  it('is not lost when one question in between was answered', async () => {
    await check(1_000, fails);
    await check(10_000, answers);
    await check(15_000, fails);
    nowMs = 1_000 + LOST_AFTER_MS;
    assert.equal(health.isLost, false);
  });

  it('is not lost when the process was paused, before a question has failed', async () => {
    await check(1_000, answers);
    nowMs = 1_000_000;
    assert.equal(health.isLost, false);
  });
});
