import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import type { Dispatcher } from 'undici';
import { NodeUrlTemplate } from '../../activities/node-url-template.ts';
import { SeidRpc } from '../../activities/seid-rpc.ts';
import { SidecarError } from '../../activities/errors.ts';
import { SidecarClient } from '../../activities/sidecar-client.ts';
import { sidecarActivity, signalLaterText } from '../../api/sidecar/sidecar-activity.ts';
import { observationOf } from '../../api/sidecar/sidecar-task.ts';
import { caseCount } from '../support/case-count.ts';
import { codePoint } from '../support/code-point.ts';
import { id, node, patience } from './sidecar-calls.ts';

const CONTROL = /\p{Cc}/u;
const urlTemplate = new NodeUrlTemplate('http://127.0.0.1:1/{namespace}/{name}');

interface Answer {
  readonly statusCode: number;
  readonly body: string | Uint8Array;
}

/** Gives the same answer to every request, without a network. */
function answering({ statusCode, body }: Answer): Dispatcher {
  const request = async (): Promise<unknown> => ({ statusCode, body: Readable.from([Buffer.from(body)]) });
  return { request } as unknown as Dispatcher;
}

/** Half of all values are what the contract says, so that whole answers come out right now and then. */
const maybe = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> => fc.oneof(right, fc.jsonValue());
const words = fc.string({ unit: codePoint, maxLength: 2_000 });
const deep = fc.nat({ max: 20_000 }).map((levels) => `${'['.repeat(levels)}"\u0007"${']'.repeat(levels)}`);
const transaction = fc.record(
  {
    txHash: maybe(words),
    height: maybe(fc.integer()),
    proposalId: maybe(fc.integer()),
    code: maybe(fc.integer()),
    codespace: maybe(words),
    rawLog: maybe(words),
    inclusionStatus: maybe(fc.constantFrom('committed_ok', 'committed_failed', 'pending', 'unverifiable')),
  },
  { requiredKeys: [] },
);
const task = fc.record(
  {
    id: maybe(fc.constant(id)),
    type: maybe(fc.constantFrom('restart-seid', 'await-condition')),
    status: maybe(fc.constantFrom('running', 'completed', 'failed')),
    error: maybe(words),
    result: maybe(transaction),
    completedAt: maybe(fc.date({ noInvalidDate: true }).map((date) => date.toISOString())),
    params: maybe(fc.record({ action: fc.constantFrom('SIGTERM_SEID', ''), targetHeight: maybe(fc.integer()) })),
  },
  { requiredKeys: [] },
);
const text = fc.oneof(
  task.map((value) => JSON.stringify(value)),
  fc.array(task).map((value) => JSON.stringify(value)),
  fc.record({ error: maybe(words) }).map((value) => JSON.stringify(value)),
  deep.map((result) => `{"id":"${id}","status":"completed","result":${result}}`),
  deep.map((params) => `[{"id":"other","type":"await-condition","status":"running","params":${params}}]`),
  deep,
  fc.json(),
  words,
);
const body = fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: fc.uint8Array() });
const answer: fc.Arbitrary<Answer> = fc.record({
  statusCode: fc.constantFrom(200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 405, 429, 500, 503),
  body,
});

/** Calls that read the answer of a sidecar, and their results. */
const calls: Readonly<Record<string, (client: SidecarClient) => Promise<unknown>>> = {
  getTask: async (client) => {
    const known = await client.getTask(node, id, patience);
    return known && observationOf(known);
  },
  listTasks: async (client) => {
    const activity = sidecarActivity(await client.listTasks(node, patience), id);
    return [activity, signalLaterText(activity)];
  },
  postTask: async (client) => await client.postTask(node, { id, type: 'restart-seid' }),
  deleteTask: async (client) => await client.deleteTask(node, id, patience),
};

describe('any answer of a sidecar', () => {
  for (const [name, call] of Object.entries(calls)) {
    it(`${name} becomes text that is safe to show, or a typed, retryable error`, async () => {
      await fc.assert(
        fc.asyncProperty(answer, async (given) => {
          const outcome: unknown = await call(new SidecarClient({ urlTemplate, dispatcher: answering(given) })).catch(
            (error: unknown) => error,
          );
          if (!(outcome instanceof Error)) return assert.doesNotMatch(JSON.stringify(outcome) ?? '', CONTROL);
          assert.ok(outcome instanceof SidecarError, String(outcome));
          assert.ok(outcome.message.length < 700, outcome.message);
          assert.doesNotMatch(outcome.message, CONTROL);
        }),
        { numRuns: caseCount(500) },
      );
    });
  }

  it('the height of seid is a number of blocks or unknown', async () => {
    const status = maybe(
      fc.record({ sync_info: maybe(fc.record({ latest_block_height: maybe(fc.nat().map(String)) })) }),
    );
    const rpcBody = fc.oneof(
      status.map((value) => JSON.stringify(value)),
      status.map((result) => JSON.stringify({ result })),
      body,
    );
    await fc.assert(
      fc.asyncProperty(rpcBody, async (given) => {
        const height = await new SeidRpc({
          urlTemplate,
          dispatcher: answering({ statusCode: 200, body: given }),
        }).latestHeight(node, patience);
        assert.ok(height === undefined || (Number.isSafeInteger(height) && height > 0), String(height));
      }),
      { numRuns: caseCount(500) },
    );
  });
});
