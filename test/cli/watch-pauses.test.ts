import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from '../../cli/session.ts';
import type { Task } from '../../cli/task.ts';
import type { WatchOptions } from '../../cli/watch-events.ts';
import { watchResource } from '../../cli/watch-resource.ts';
import { watchTasks } from '../../cli/watch-tasks.ts';
import { KubernetesApiError } from '../../kubernetes/errors.ts';
import { FakeApiServer, sendJson, sendStatus } from '../kubernetes/fake-api-server.ts';
import { HurriedPauses } from '../support/hurried-pauses.ts';

const TASK: Task = {
  apiVersion: 'sei.io/v1alpha1',
  kind: 'SeiNodeTask',
  metadata: { namespace: 'ns', name: 'a', uid: 'uid-a', resourceVersion: '1' },
};
const LIST = { metadata: { resourceVersion: '1' }, items: [TASK] };
/** Longest pause after one failure, in milliseconds. */
const FIRST_MS = 1_200;

/** What waits for events without an end, and asks again after each watch. */
const watching: Readonly<Record<string, (session: Session, options: WatchOptions) => AsyncIterable<unknown>>> = {
  'one task': (session, options) => watchResource(session, TASK, { client: session.tasks, ...options }),
  tasks: (session, options) =>
    watchTasks(session, { selection: { namespace: 'ns' }, list: { items: [TASK], resourceVersion: '1' } }, options),
};

for (const [what, watch] of Object.entries(watching))
  describe(`a watch of ${what} on which nothing happens`, () => {
    let directory: string;

    before(async () => (directory = await mkdtemp(join(tmpdir(), 'watch-pauses-'))));
    after(() => rm(directory, { recursive: true }));

    /**
     * The pauses between watches in milliseconds. The last watch is refused, which ends everything.
     *
     * @param answers - HTTP status of each watch before. 200: the server ends it after its time.
     */
    async function pausesBetween(answers: readonly number[]): Promise<readonly number[]> {
      const left = [...answers, 403];
      await using api = await FakeApiServer.start(({ path, query }, response) => {
        if (query['watch'] !== 'true') return sendJson(response, 200, path.endsWith('/a') ? TASK : LIST);
        const status = left.shift() ?? 403;
        if (status === 200) return response.writeHead(200).end();
        return sendStatus(response, status, 'Refused');
      });
      const kubeconfig = join(directory, 'kubeconfig');
      await writeFile(kubeconfig, api.kubeconfig, { mode: 0o600 });
      await using session = await Session.open({ kubeconfig });
      using pauses = new HurriedPauses();
      const options = { signal: new AbortController().signal, onProblem: () => {} };
      const toTheEnd = async (): Promise<void> => {
        for await (const _ of watch(session, options));
      };
      await assert.rejects(toTheEnd, KubernetesApiError);
      return pauses.meant;
    }

    it('pauses equally after each watch that the server ends in its time', async () => {
      const pauses = await pausesBetween([200, 200, 200, 200]);
      assert.equal(pauses.length, 4);
      assert.ok(
        pauses.every((pause) => pause <= FIRST_MS),
        String(pauses),
      );
    });

    it('pauses longer after each failure, until a watch ends in its time', async () => {
      const [first, second, third, quiet, next] = await pausesBetween([500, 500, 500, 200, 500]);
      assert.ok(first! <= FIRST_MS && second! > FIRST_MS && third! >= 2 * FIRST_MS, `${first} ${second} ${third}`);
      assert.ok(quiet! <= FIRST_MS && next! <= FIRST_MS, `${quiet} ${next}`);
    });
  });
