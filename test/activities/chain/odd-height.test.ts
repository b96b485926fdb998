import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import type { GuardVerdictName } from '../../../api/guard-verdicts.ts';
import { decideGuard, type GuardDecision } from '../../../core/guard/decide-guard.ts';
import { sendJson } from '../../kubernetes/fake-api-server.ts';
import { FakeChain, type FakeNode } from './fake-chain.ts';
import { addressNumber, CHAIN, commitAnswer } from './rpc-answers.ts';

const HEAD = 100_001;
const BLOCK_MS = 400;
const TARGET: FakeNode = { name: 'target', role: 'validator', height: HEAD, status: { address: addressNumber(0) } };
const VALIDATORS = [0, 1, 2, 3].map((index) => ({ address: addressNumber(index), power: '10' }));

/** Commits of a chain whose last validator signs up to a height. */
function commitsUntil(lastSigned: number): RequestListener {
  const headMs = Date.now();
  return ({ url = '' }, response) => {
    const height = Number(new URL(url, 'http://localhost').searchParams.get('height'));
    const signers = height <= lastSigned ? VALIDATORS : VALIDATORS.slice(0, 3);
    const signed = signers.map(({ address }) => address);
    sendJson(response, 200, commitAnswer({ height, signed, timeMs: headMs - (HEAD - height) * BLOCK_MS }));
  };
}

interface Scene {
  /** The node that reports a height or a time of its own. */
  readonly odd: Partial<FakeNode>;
  /** How many nodes report what is so. */
  readonly honest: number;
  /** The last height that validator 3 signed. */
  readonly lastSigned: number;
  readonly minSources?: number;
}

async function decide({ odd, honest, lastSigned, minSources = 2 }: Scene): Promise<GuardDecision> {
  const instead = { commit: commitsUntil(lastSigned) };
  const others = Array.from({ length: honest }, (_, index) => ({ name: `full-${index}`, height: HEAD, instead }));
  const nodes = [TARGET, ...others, { name: 'odd', height: HEAD, instead, ...odd }];
  await using chain = await FakeChain.start({ nodes, validators: VALIDATORS });
  const observation = await chain.read({ minSources });
  const target = {
    namespace: 'arctic',
    name: 'target',
    chainId: CHAIN,
    role: 'validator',
    isPaused: false,
    isUpdating: false,
  } as const;
  const situation = { target, cluster: 'one', recent: [], permittedAtMs: 0 };
  return decideGuard(observation, situation, { minSources, overridden: [] }, Date.now());
}

const TOO_LOW = { height: HEAD - 5_000 };
const TOO_HIGH = { height: HEAD + 5_000 };
/** Validator 3 has not signed for half an hour, or for 8 s. */
const LONG_DOWN = HEAD - 4_500;
const JUST_DOWN = HEAD - 20;

describe('a node that reports a height of its own', () => {
  for (const [what, scene, verdict] of [
    ['far too low', { odd: TOO_LOW, honest: 4, lastSigned: LONG_DOWN }, 'QuorumAtRisk'],
    ['far too low, of three', { odd: TOO_LOW, honest: 2, lastSigned: LONG_DOWN }, 'QuorumAtRisk'],
    ['far too low, of two', { odd: TOO_LOW, honest: 1, lastSigned: LONG_DOWN }, 'ChainDataUnavailable'],
    ['too low by 40, of two', { odd: { height: HEAD - 40 }, honest: 1, lastSigned: JUST_DOWN }, 'ChainDataUnavailable'],
    [
      'too low by 40, of two where one is enough',
      { odd: { height: HEAD - 40 }, honest: 1, lastSigned: JUST_DOWN, minSources: 1 },
      'ChainDataUnavailable',
    ],
    [
      'too low by 40, of three where three have to agree',
      { odd: { height: HEAD - 40 }, honest: 2, lastSigned: JUST_DOWN, minSources: 3 },
      'ChainDataUnavailable',
    ],
    ['too high', { odd: TOO_HIGH, honest: 2, lastSigned: LONG_DOWN }, 'QuorumAtRisk'],
    [
      'too high where one source is enough',
      { odd: TOO_HIGH, honest: 2, lastSigned: LONG_DOWN, minSources: 1 },
      'QuorumAtRisk',
    ],
    [
      'and a time that are old',
      { odd: { ...TOO_LOW, status: { blockTimeMs: Date.now() - 2_000_000 } }, honest: 2, lastSigned: LONG_DOWN },
      'QuorumAtRisk',
    ],
  ] as const satisfies readonly (readonly [string, Scene, GuardVerdictName])[]) {
    it(`does not hide a validator that is down, with a height ${what}: ${verdict}`, async () => {
      const decision = await decide(scene);
      assert.equal(decision.verdict, verdict, decision.message);
    });
  }

  for (const [what, odd] of [
    ['far too low', TOO_LOW],
    ['too low by 40', { height: HEAD - 40 }],
    ['too high', TOO_HIGH],
  ] as const) {
    it(`holds no validator back while enough others agree, with a height ${what}`, async () => {
      const decision = await decide({ odd, honest: 2, lastSigned: HEAD });
      assert.deepEqual([decision.verdict, decision.numbers.riskPower], ['Allowed', '10'], decision.message);
      assert.equal(decision.numbers.height, String(HEAD));
    });
  }

  it('is named with the others where it is not known which is wrong', async () => {
    const { message } = await decide({ odd: TOO_LOW, honest: 1, lastSigned: LONG_DOWN });
    assert.match(message, new RegExp(`arctic/full-0 at ${HEAD}\\b`));
    assert.match(message, new RegExp(`arctic/odd at ${HEAD - 5_000}\\b`));
  });
});
