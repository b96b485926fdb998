/**
 * Which types of task a sidecar of each version knows, and what the ones do that only newer ones have (contract §3).
 */
import assert from 'node:assert/strict';
import { startFleet, type Fleet, type NodeBehaviour } from '../../simulator/fleet.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import type { SidecarVersion } from '../../simulator/task-context.ts';
import { simulatorOnly } from './real-sidecar.ts';
import { SidecarClient } from './sidecar-client.ts';
import { describeVersions } from './sidecar-versions.ts';

/** In both. */
const everywhere = [
  'snapshot-restore',
  'config-patch',
  'config-apply',
  'config-validate',
  'config-reload',
  'mark-ready',
  'restart-seid',
  'configure-genesis',
  'configure-state-sync',
  'snapshot-upload',
  'result-export',
  'await-condition',
  'generate-identity',
  'generate-gentx',
  'upload-genesis-artifacts',
  'assemble-and-upload-genesis',
  'set-genesis-peers',
  'gov-vote',
  'gov-software-upgrade',
];
const only: Readonly<Record<SidecarVersion, readonly string[]>> = {
  'v0.0.56': ['discover-peers'],
  newer: [
    'gov-param-change',
    'stop-seid',
    'mark-not-ready',
    'reset-data',
    'snapshot-upload-once',
    'evm-logical-digest',
  ],
};
const other: Readonly<Record<SidecarVersion, SidecarVersion>> = { 'v0.0.56': 'newer', newer: 'v0.0.56' };

describe('types of task', function () {
  this.timeout(30_000);

  describeVersions(['v0.0.56', 'newer'], (version, { client }) => {
    const answerTo = async (type: string): Promise<unknown> => {
      const { status, text } = await client().post({ type, id: 'x' });
      return [status, text];
    };

    for (const type of [...everywhere, ...only[version]]) {
      it(`knows ${type}: the id is checked then`, async () => {
        assert.deepEqual(await answerTo(type), [
          400,
          String.raw`{"error":"task ID must be a valid UUID: \"x\""}` + '\n',
        ]);
      });
    }

    for (const type of [...only[other[version]], 'restart-pod', 'Restart-Seid']) {
      it(`does not know ${type}, and says so before it checks the id`, async () => {
        assert.deepEqual(await answerTo(type), [400, `{"error":"unknown task type: ${type}"}\n`]);
      });
    }
  });

  describe('the simulator', () => {
    let fleet: Fleet;

    const newNode = async (behaviour: NodeBehaviour = {}): Promise<[SimulatedNode, SidecarClient]> => {
      const node = await fleet.addNode({
        namespace: 'default',
        name: `node-${fleet.nodes.length}`,
        sidecarVersion: 'newer',
        ...behaviour,
      });
      return [node, new SidecarClient(node.url)];
    };
    before(async () => {
      fleet = await startFleet();
    });
    after(() => fleet.close());

    simulatorOnly('takes types that it cannot carry out, and fails them', async () => {
      const [, sidecar] = await newNode();
      const { status, error } = await sidecar.ended(await sidecar.submit('config-patch', { files: {} }));
      assert.deepEqual([status, error], ['failed', 'the simulator does not carry out config-patch']);
    });

    simulatorOnly('mark-not-ready: neither ready nor healthy, and the tasks mark-ready are gone', async () => {
      const [, sidecar] = await newNode();
      const earlier = await sidecar.submit('mark-ready');
      await sidecar.ended(earlier);
      const { status } = await sidecar.ended(await sidecar.submit('mark-not-ready'));
      const shown = await Promise.all(
        ['/v0/healthz', '/v0/status', `/v0/tasks/${earlier}`].map((path) => sidecar.get(path)),
      );
      assert.equal(status, 'completed');
      assert.deepEqual(
        shown.map((answer) => [answer.status, answer.text]),
        [
          [503, ''],
          [200, '{"status":"Initializing"}\n'],
          [404, '{"error":"task not found"}\n'],
        ],
      );
    });

    simulatorOnly('stop-seid: one SIGTERM, and no wait for the RPC', async () => {
      const [node, sidecar] = await newNode();
      const pid = node.seidPid;
      node.setFaults({ neverBoot: true });
      const { status } = await sidecar.ended(await sidecar.submit('stop-seid'));
      assert.deepEqual(
        [status, node.pastSeidPids, node.sigtermsReceived, await node.latestHeight()],
        ['completed', [pid], 1, undefined],
      );
    });

    simulatorOnly('stop-seid: never kills', async () => {
      const [node, sidecar] = await newNode({ restartGraceMs: 200 });
      node.setFaults({ ignoreSigterm: true });
      const pid = node.seidPid;
      const { status, error } = await sidecar.ended(await sidecar.submit('stop-seid'));
      const words = `seid pid ${pid} still alive 200ms after SIGTERM; leaving it running (not force-killing a validator mid-commit)`;
      assert.deepEqual([status, error, node.seidPid], ['failed', words, pid]);
    });

    simulatorOnly(
      'await-condition catchingUp: completes on a node that has caught up; v0.0.56 does not know it',
      async () => {
        const ends: unknown[] = [];
        for (const sidecarVersion of ['newer', 'v0.0.56'] as const) {
          const [, sidecar] = await newNode({ sidecarVersion });
          const { status, error } = await sidecar.ended(
            await sidecar.submit('await-condition', { condition: 'catchingUp' }),
          );
          ends.push([status, error]);
        }
        assert.deepEqual(ends, [
          ['completed', undefined],
          ['failed', 'unknown condition "catchingUp"'],
        ]);
      },
    );
  });
});
