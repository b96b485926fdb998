import assert from 'node:assert/strict';
import { parseValidatorsPage, wholeSet, type ValidatorsPage } from '../../../activities/chain/parse-validators.ts';
import { addressNumber, validatorsAnswer, validatorSet } from './rpc-answers.ts';

const set = validatorSet(3);
const whole = validatorsAnswer(set);

function withFirst(change: object): object {
  const [first, ...rest] = whole.validators;
  return { ...whole, validators: [{ ...first, ...change }, ...rest] };
}

describe('a page of validators', () => {
  it('is read with powers as decimal strings', () => {
    assert.deepEqual(parseValidatorsPage(whole, 100), { validators: set, total: 3 });
  });

  for (const [what, power, read] of [
    ['a string', '12', '12'],
    ['a number', 12, '12'],
    ['beyond 2^53', '9007199254740993', '9007199254740993'],
    ['the largest int64', '9223372036854775807', '9223372036854775807'],
    ['zero', '0', '0'],
  ] as const) {
    it(`may have a power that is ${what}`, () => {
      const page = parseValidatorsPage(withFirst({ voting_power: power }), 100);
      assert.equal(page?.validators[0]?.power, read);
    });
  }

  it('has addresses in upper case', () => {
    const page = parseValidatorsPage(withFirst({ address: addressNumber(0xabc).toLowerCase() }), 100);
    assert.equal(page?.validators[0]?.address, addressNumber(0xabc));
  });

  for (const [what, odd] of Object.entries({
    'another height': validatorsAnswer(set, { height: 101 }),
    'a count of more': { ...whole, count: '4' },
    'a count of 0': { ...whole, count: '0' },
    'no count': { ...whole, count: undefined },
    'no total': { ...whole, total: undefined },
    'a total that is not a number': { ...whole, total: 'all' },
    'no validators': validatorsAnswer([]),
    'validators that are null': { ...whole, validators: null },
    'a validator that is null': { ...whole, validators: [null, ...whole.validators.slice(1)] },
    'a power that is negative': withFirst({ voting_power: '-1' }),
    'a power with a fraction': withFirst({ voting_power: '1.5' }),
    'a power as a number that is not exact': withFirst({ voting_power: 2 ** 60 }),
    'a power in scientific notation': withFirst({ voting_power: '1e18' }),
    'a power with a leading zero': withFirst({ voting_power: '012' }),
    'a power beyond int64': withFirst({ voting_power: '9223372036854775808' }),
    'an empty power': withFirst({ voting_power: '' }),
    'no power': withFirst({ voting_power: undefined }),
    'a short address': withFirst({ address: 'AB' }),
    'no address': withFirst({ address: null }),
  })) {
    it(`with ${what} is unset`, () => assert.equal(parseValidatorsPage(odd, 100), undefined));
  }
});

function pagesOf(count: number, perPage: number, numbers: readonly number[]): ValidatorsPage[] {
  return numbers.map((page) => {
    const answer = validatorsAnswer(validatorSet(count), { page, perPage });
    return parseValidatorsPage(answer, 100) ?? assert.fail('no page');
  });
}

describe('a set of validators', () => {
  it('is complete when its pages have as many as the total', () => {
    assert.deepEqual(wholeSet(pagesOf(250, 100, [1, 2, 3])), validatorSet(250));
  });

  for (const [what, pages] of Object.entries({
    'of 31 on one page of 30': pagesOf(31, 30, [1]),
    'without its last page': pagesOf(250, 100, [1, 2]),
    'with a page twice': pagesOf(200, 100, [1, 1]),
    'whose total changes between the pages': [...pagesOf(199, 100, [1]), ...pagesOf(200, 100, [2])],
    'without a page': [],
    'with an address twice': [{ validators: [...set.slice(0, 2), ...set.slice(0, 1)], total: 3 }],
  })) {
    it(`${what} is unset`, () => assert.equal(wholeSet(pages), undefined));
  }
});
