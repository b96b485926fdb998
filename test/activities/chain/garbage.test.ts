import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseCommit } from '../../../activities/chain/parse-commit.ts';
import { parseLatestHeight, parseStatus } from '../../../activities/chain/parse-status.ts';
import { parseUpgradePlan } from '../../../activities/chain/parse-upgrade-plan.ts';
import { parseValidatorsPage } from '../../../activities/chain/parse-validators.ts';
import { rpcResult } from '../../../activities/chain/rpc-result.ts';
import { caseCount } from '../../support/case-count.ts';
import { codePoint } from '../../support/code-point.ts';
import {
  CHAIN,
  commitAnswer,
  planAnswer,
  planMessage,
  statusAnswer,
  validatorsAnswer,
  validatorSet,
} from './rpc-answers.ts';

type Parse = (result: unknown) => unknown;

const status = statusAnswer({ blockTimeMs: 0 });
/** How each answer is parsed, and one that is right. */
const answers: Readonly<Record<string, { readonly parse: Parse; readonly right: unknown }>> = {
  'a status': { parse: parseStatus, right: status },
  'a height': { parse: parseLatestHeight, right: status },
  'a page of validators': {
    parse: (result) => parseValidatorsPage(result, 100),
    right: validatorsAnswer(validatorSet(3)),
  },
  'a commit': { parse: (result) => parseCommit(result, { chainId: CHAIN, height: 99 }), right: commitAnswer() },
  'a plan': { parse: parseUpgradePlan, right: planAnswer(planMessage('v6', 5)) },
};

/** Nothing in it is a number that any field could have. */
const junk = fc.oneof(
  fc.constantFrom(null, true, false, '', ' ', 'null', 'NaN', '0x10', '-1', '1e3', '1.0', '２', -1, 0.5, 2 ** 53, 1e300),
  fc.string({ unit: codePoint }).map((text) => text.replaceAll(/\d/g, '-')),
  fc.constantFrom([], {}, [[]], { value: '7' }, ['7'], [7]),
);

function readBody(parse: Parse, body: string): unknown {
  const read = rpcResult(body);
  return 'result' in read ? parse(read.result) : undefined;
}

/** Every place in a JSON value. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const below = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...below.flatMap(([key, each]) => placesIn(each, [...path, key]))];
}

/** @param put - Unset: the place is removed. */
function replaced(value: unknown, [key, ...rest]: readonly string[], put: unknown): unknown {
  if (key === undefined) return put;
  const entries = Object.entries(value as object).map(([name, each]) =>
    name === key ? [name, replaced(each, rest, put)] : [name, each],
  );
  return Array.isArray(value) ? entries.map(([, each]) => each as unknown) : Object.fromEntries(entries);
}

/** Numbers, and text of digits. */
function numbersIn(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(numbersIn);
  return typeof value === 'number' || /^\d+$/.test(String(value)) ? [String(value)] : [];
}

for (const [name, { parse, right }] of Object.entries(answers)) {
  describe(`what is read as ${name}`, () => {
    it('is something when the body is right', () => {
      const read = readBody(parse, JSON.stringify(right));
      assert.ok(numbersIn(read).length > 0);
      assert.deepEqual(readBody(parse, JSON.stringify({ jsonrpc: '2.0', id: -1, result: right })), read);
    });

    it('is nothing when the body is anything else', () => {
      const body = fc.oneof(
        fc.json(),
        fc.string({ unit: codePoint }),
        fc.nat({ max: 20_000 }).map((levels) => `${'['.repeat(levels)}${']'.repeat(levels)}`),
        fc.nat({ max: JSON.stringify(right).length - 1 }).map((length) => JSON.stringify(right).slice(0, length)),
        fc.jsonValue().map((result) => JSON.stringify({ jsonrpc: '2.0', id: -1, result })),
        fc.constantFrom(...Object.values(answers).map((each) => JSON.stringify(each.right))),
      );
      fc.assert(
        fc.property(body, (given) => {
          if (given !== JSON.stringify(right)) assert.equal(readBody(parse, given), undefined);
        }),
        { numRuns: caseCount(1_000) },
      );
    });

    it('has no number that was not in a body of which a part is odd', () => {
      const expected = new Set(numbersIn(readBody(parse, JSON.stringify(right))));
      fc.assert(
        fc.property(fc.constantFrom(...placesIn(right)), fc.option(junk, { nil: undefined }), (place, put) => {
          const read = readBody(parse, JSON.stringify(replaced(right, place, put)) ?? '');
          assert.deepEqual(
            numbersIn(read).filter((number) => !expected.has(number)),
            [],
          );
        }),
        { numRuns: caseCount(2_000) },
      );
    });
  });
}
