import assert from 'node:assert/strict';
import { searchAttributeCommand } from '../../core/search-attribute-command.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { RecordedMetrics } from '../support/recorded-metrics.ts';
import { SearchAttributeProbe, type SearchAttributeProbeOptions } from '../../worker/search-attribute-probe.ts';

const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const UNAVAILABLE = 14;
const GAUGE = 'sei_temporal_search_attributes_missing';
const NAMES = ['SeiCluster', 'SeiNamespace', 'SeiNode', 'SeiTaskKind', 'SeiTaskOutcome'];

function answer(code: number): Promise<object> {
  return code === 0 ? Promise.resolve({}) : Promise.reject(Object.assign(new Error('refused'), { code }));
}

interface FakeTemporal {
  /** Search attributes of the namespace. */
  readonly names: Set<string>;
  /** gRPC code of the answer to the creation; 0: it is allowed. */
  readonly createCode: number;
  /** gRPC code of the answer to every query; 0: they are allowed. */
  readonly countCode: number;
}

describe('the probe for search attributes', () => {
  let recorded: RecordedLog;
  let metrics: RecordedMetrics;

  beforeEach(() => {
    recorded = new RecordedLog();
    metrics = new RecordedMetrics();
  });

  function probeOf({ names = new Set(), createCode = 0, countCode = 0 }: Partial<FakeTemporal>): SearchAttributeProbe {
    const connection = {
      withDeadline: async (_deadline: number, call: () => Promise<unknown>) => await call(),
      workflowService: {
        countWorkflowExecutions: async ({ query }: { query: string }) => {
          const asked = [...query.matchAll(/(\w+) = /g)].map(([, name]) => String(name));
          return await answer(countCode || (asked.every((name) => names.has(name)) ? 0 : INVALID_ARGUMENT));
        },
      },
      operatorService: {
        addSearchAttributes: async ({ searchAttributes }: { searchAttributes: object }) => {
          await answer(createCode);
          for (const name of Object.keys(searchAttributes)) names.add(name);
        },
        listSearchAttributes: () => assert.fail('Temporal Cloud refuses this call'),
      },
    };
    return new SearchAttributeProbe({
      connection: () => connection as unknown as ReturnType<SearchAttributeProbeOptions['connection']>,
      address: '127.0.0.1:7233',
      namespace: 'production',
      metrics,
      log: recorded.log,
    });
  }

  async function ensured(temporal: Partial<FakeTemporal>): Promise<SearchAttributeProbe> {
    const probe = probeOf(temporal);
    await probe.ensure(new AbortController().signal);
    return probe;
  }

  it('finds those that exist, without a right to list or create any', async () => {
    const probe = await ensured({ names: new Set(NAMES), createCode: PERMISSION_DENIED });
    assert.deepEqual([probe.areKnown, recorded.lines, metrics.lines], [true, [], [`${GAUGE} 0`]]);
  });

  it('creates those that are missing', async () => {
    const names = new Set(['SeiNode']);
    const probe = await ensured({ names });
    assert.deepEqual(
      [probe.areKnown, recorded.events, [...names].toSorted()],
      [true, ['SearchAttributesCreated'], NAMES],
    );
    assert.deepEqual(metrics.lines, [`${GAUGE} 4`, `${GAUGE} 0`]);
  });

  it('names those that may not be created, with the command that creates them', async () => {
    const probe = await ensured({ names: new Set(['SeiCluster', 'SeiNode']), createCode: PERMISSION_DENIED });
    assert.equal(probe.areKnown, false);
    const missing = ['SeiNamespace', 'SeiTaskKind', 'SeiTaskOutcome'];
    const command = searchAttributeCommand({ address: '127.0.0.1:7233', namespace: 'production', missing });
    const [{ event, names, command: logged } = assert.fail(), ...others] = recorded.lines;
    assert.deepEqual([event, names, logged, others], ['SearchAttributesMissing', missing, command, []]);
    assert.deepEqual(metrics.lines, [`${GAUGE} 3`]);
  });

  it('runs without them where a query is refused', async () => {
    const probe = await ensured({ countCode: PERMISSION_DENIED, createCode: PERMISSION_DENIED });
    assert.equal(probe.areKnown, false);
    assert.deepEqual(metrics.lines, [`${GAUGE} 5`]);
  });

  it('throws a temporary error, which is retried', async () => {
    await assert.rejects(ensured({ countCode: UNAVAILABLE }), /refused/);
    await assert.rejects(ensured({ createCode: UNAVAILABLE }), /refused/);
  });
});
