import assert from 'node:assert/strict';
import { sidecarActivity, sidecarTaskListSchema, signalLaterText } from '../../api/sidecar/sidecar-activity.ts';

const restart = (id: string, status: string, completedAt?: string) => ({
  id,
  type: 'restart-seid',
  status,
  completedAt,
});
const OWN = '00000000-0000-5000-8000-000000000001';

describe("what is read from the sidecar's list", () => {
  it('is a restart in progress under another id', () => {
    assert.equal(sidecarActivity([restart(OWN, 'running'), restart('x', 'running')], OWN).restarting, 'x');
    assert.deepEqual(sidecarActivity([restart(OWN, 'running')], OWN), {});
    assert.equal(
      sidecarActivity([restart('x', 'completed'), { id: 'y', type: 'mark-ready', status: 'running' }], OWN).restarting,
      undefined,
    );
  });

  it('is the end of the last restart, failed ones included', () => {
    const tasks = [
      restart('a', 'completed', '2026-11-24T00:00:05.123456789Z'),
      restart('b', 'failed', '2026-11-24T00:00:09Z'),
      restart('c', 'completed', 'soon'),
    ];
    assert.equal(sidecarActivity(tasks, OWN).lastRestartEndedAtMs, Date.parse('2026-11-24T00:00:09Z'));
  });

  it('is the end of the last restart of any number', () => {
    const tasks = [...Array(300_000).keys()].map((second) =>
      restart(`r${second}`, 'completed', new Date(second * 1_000).toISOString()),
    );
    assert.equal(sidecarActivity(tasks, OWN).lastRestartEndedAtMs, 299_999_000);
  });

  it('is a wait that will send SIGTERM to seid, with what came from outside made safe to show', () => {
    const wait = {
      id: 'w\u001b[31m',
      type: 'await-condition',
      status: 'running',
      params: { action: 'SIGTERM_SEID', targetHeight: 7 },
    };
    const told = signalLaterText(sidecarActivity([wait], OWN)) ?? '';
    assert.match(told, /waits for height 7 and then sends SIGTERM/);
    assert.ok(!told.includes('\u001b'));
    assert.equal(
      signalLaterText(
        sidecarActivity(
          [
            { ...wait, status: 'completed' },
            { ...wait, params: {} },
          ],
          OWN,
        ),
      ),
      undefined,
    );
  });

  it('takes fields that the contract does not name, and refuses what is not a list of tasks', () => {
    assert.ok(
      sidecarTaskListSchema.safeParse([{ id: 'a', type: 'new', status: 'paused', params: 'odd', run: 1 }]).success,
    );
    assert.ok(!sidecarTaskListSchema.safeParse({ tasks: [] }).success);
    assert.ok(!sidecarTaskListSchema.safeParse([{ id: 1 }]).success);
  });

  it('refuses a list that is far longer than the contract allows', () => {
    const task = restart('x', 'completed');
    assert.ok(sidecarTaskListSchema.safeParse(Array(1_000).fill(task)).success);
    assert.ok(!sidecarTaskListSchema.safeParse(Array(1_001).fill(task)).success);
  });
});
