/**
 * How the sidecar reads a task's params (contract §3): any are accepted, and what Go's encoding/json cannot decode into
 * the task's struct makes the task fail with its error. No task here does any work.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describeVersions } from './sidecar-versions.ts';

const WAIT = 'AwaitConditionRequest';
const PEERS = 'DiscoverPeersRequest';
const ENTRY = 'PeerSourceEntry.sources';

/** `value` into `field` of Go's `type`. */
const into = (value: string, field: string, type: string): string =>
  `parsing params: json: cannot unmarshal ${value} into Go struct field ${field} of type ${type}`;

type Case = readonly [params: string, error: string];

const awaitCondition: readonly Case[] = [
  ['{}', 'condition is required'],
  ['{"action":"DANCE"}', 'condition is required'],
  ['{"condition":null}', 'condition is required'],
  ['{"condition":"height"}', 'targetHeight must be > 0, got 0'],
  ['{"condition":"height","targetHeight":-5}', 'targetHeight must be > 0, got -5'],
  ['{"condition":"height","targetHeight":-0}', 'targetHeight must be > 0, got 0'],
  ['{"condition":"height","targetHeight":-5e3}', 'targetHeight must be > 0, got -5000'],
  ['{"condition":"moon"}', 'unknown condition "moon"'],
  [String.raw`{"condition":"mo\"on\u0007"}`, String.raw`unknown condition "mo\"on\a"`],
  ['{"CONDITION":"moon"}', 'unknown condition "moon"'],
  ['{"Condition":"moon","condition":"height"}', 'targetHeight must be > 0, got 0'],
  ['{"condition":"height","TargetHeight":-3,"targetHeight":null}', 'targetHeight must be > 0, got -3'],
  ['{"condition":5}', into('number', `${WAIT}.condition`, 'string')],
  ['{"condition":"moon","action":[]}', into('array', `${WAIT}.action`, 'string')],
  ['{"condition":"moon","targetHeight":"9"}', into('string', `${WAIT}.targetHeight`, 'int64')],
  ['{"condition":"moon","targetHeight":true}', into('bool', `${WAIT}.targetHeight`, 'int64')],
  ['{"condition":"moon","targetHeight":{}}', into('object', `${WAIT}.targetHeight`, 'int64')],
  ['{"condition":"moon","targetHeight":1.5}', into('number 1.5', `${WAIT}.targetHeight`, 'int64')],
  ['{"condition":"moon","TARGETHEIGHT":0.5}', into('number 0.5', `${WAIT}.targetHeight`, 'int64')],
  ['{"condition":"moon","targetHeight":-1e-7}', into('number -1e-7', `${WAIT}.targetHeight`, 'int64')],
  ['{"condition":"height","targetHeight":1e30}', into('number 1e+30', `${WAIT}.targetHeight`, 'int64')],
  ['{"condition":"height","targetHeight":1e20}', into('number 100000000000000000000', `${WAIT}.targetHeight`, 'int64')],
  // The largest int64 does not fit: the sidecar has it as a float64.
  [
    '{"condition":"height","targetHeight":9223372036854775807}',
    into('number 9223372036854776000', `${WAIT}.targetHeight`, 'int64'),
  ],
  // Params are sorted by their keys: `action` comes first.
  ['{"condition":true,"action":7}', into('number', `${WAIT}.action`, 'string')],
];

const discoverPeers: readonly Case[] = [
  ['{}', "discover-peers: missing required param 'sources'"],
  ['{"sources":null}', "discover-peers: missing required param 'sources'"],
  ['{"sources":[]}', "discover-peers: missing required param 'sources'"],
  ['{"sources":[null]}', 'discover-peers: source[0]: unknown type ""'],
  [String.raw`{"sources":[{"type":"dns\n"}]}`, String.raw`discover-peers: source[0]: unknown type "dns\n"`],
  ['{"SOURCES":[{"TYPE":"static"}]}', 'discover-peers: source[0]: static source has empty addresses'],
  [
    '{"sources":[{"type":"static","addresses":["a"]},{"type":"dnsEndpoints"}]}',
    'discover-peers: source[1]: dnsEndpoints source has empty endpoints',
  ],
  [
    '{"sources":[{"type":"ec2Tags","tags":{"a":"b"}}]}',
    "discover-peers: source[0]: ec2Tags source missing required field 'region'",
  ],
  [
    '{"sources":[{"type":"ec2Tags","region":"r","tags":{}}]}',
    'discover-peers: source[0]: ec2Tags source has empty tags',
  ],
  ['{"sources":"all"}', into('string', `${PEERS}.sources`, '[]tasks.PeerSourceEntry')],
  ['{"sources":{}}', into('object', `${PEERS}.sources`, '[]tasks.PeerSourceEntry')],
  ['{"sources":5}', into('number', `${PEERS}.sources`, '[]tasks.PeerSourceEntry')],
  ['{"sources":["x"]}', into('string', `${PEERS}.sources`, 'tasks.PeerSourceEntry')],
  ['{"sources":[[]]}', into('array', `${PEERS}.sources`, 'tasks.PeerSourceEntry')],
  ['{"sources":[{"type":7}]}', into('number', `${ENTRY}.type`, 'string')],
  ['{"sources":[{"addresses":"x"}]}', into('string', `${ENTRY}.addresses`, '[]string')],
  ['{"sources":[{"addresses":["a",5]}]}', into('number', `${ENTRY}.addresses`, 'string')],
  ['{"sources":[{"endpoints":{}}]}', into('object', `${ENTRY}.endpoints`, '[]string')],
  ['{"sources":[{"tags":[]}]}', into('array', `${ENTRY}.tags`, 'map[string]string')],
  ['{"sources":[{"tags":{"a":7}}]}', into('number', `${ENTRY}.tags`, 'string')],
];

const vote: readonly Case[] = [
  ['{}', 'proposalId required (must be > 0)'],
  ['{"proposalId":0}', 'proposalId required (must be > 0)'],
  ['{"gas":"much"}', into('string', 'GovVoteRequest.gas', 'uint64')],
  ['{"gas":1e30}', into('number 1e+30', 'GovVoteRequest.gas', 'uint64')],
  ['{"Gas":-1,"gas":5}', into('number -1', 'GovVoteRequest.gas', 'uint64')],
  ['{"proposalId":-1}', into('number -1', 'GovVoteRequest.proposalId', 'uint64')],
  ['{"proposalId":-0}', into('number -0', 'GovVoteRequest.proposalId', 'uint64')],
  ['{"proposalId":1.5}', into('number 1.5', 'GovVoteRequest.proposalId', 'uint64')],
  ['{"proposalId":18446744073709551615}', into('number 18446744073709552000', 'GovVoteRequest.proposalId', 'uint64')],
  ['{"option":5}', into('number', 'GovVoteRequest.option', 'string')],
  ['{"fees":false,"chainId":1,"keyName":{}}', into('number', 'GovVoteRequest.chainId', 'string')],
];

const upgrade: readonly Case[] = [
  ['{"title":true}', into('bool', 'GovSoftwareUpgradeRequest.title', 'string')],
  ['{"upgradeHeight":"9"}', into('string', 'GovSoftwareUpgradeRequest.upgradeHeight', 'int64')],
  ['{"upgradeInfo":{}}', into('object', 'GovSoftwareUpgradeRequest.upgradeInfo', 'string')],
];

const paramChange: readonly Case[] = [
  ['{"title":true}', into('bool', 'GovParamChangeRequest.title', 'string')],
  ['{"gas":{}}', into('object', 'GovParamChangeRequest.gas', 'uint64')],
  ['{"changes":{}}', into('object', 'GovParamChangeRequest.changes', '[]tasks.paramChange')],
  ['{"changes":[7]}', into('number', 'GovParamChangeRequest.changes', 'tasks.paramChange')],
  ['{"changes":[{"key":7}]}', into('number', 'paramChange.changes.key', 'string')],
  ['{"changes":[{"SUBSPACE":[]}]}', into('array', 'paramChange.changes.subspace', 'string')],
];

const everywhere = { 'await-condition': awaitCondition, 'gov-vote': vote, 'gov-software-upgrade': upgrade };
const cases: Readonly<Record<string, Readonly<Record<string, readonly Case[]>>>> = {
  'v0.0.56': { ...everywhere, 'discover-peers': discoverPeers },
  newer: { ...everywhere, 'gov-param-change': paramChange },
};

describe("a task's params", () => {
  describeVersions(['v0.0.56', 'newer'], (version, { client }) => {
    for (const [type, list] of Object.entries(cases[version] ?? {})) {
      for (const [params, error] of list) {
        it(`${type} ${params}: ${error}`, async () => {
          const id = randomUUID();
          const answer = await client().send('POST', '/v0/tasks', `{"id":"${id}","type":"${type}","params":${params}}`);
          assert.deepEqual(answer, { status: 201, contentType: 'application/json', text: `{"id":"${id}"}\n` });
          const task = await client().ended(id);
          assert.deepEqual([task.status, task.error, task.run, task.result], ['failed', error, 1, undefined]);
          await client().send('DELETE', `/v0/tasks/${id}`);
        });
      }
    }
  });
});
