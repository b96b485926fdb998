import assert from 'node:assert/strict';
import { parseUpgradePlan } from '../../../activities/chain/parse-upgrade-plan.ts';
import { bytesField, planAnswer, planMessage } from './rpc-answers.ts';

const message = planMessage('v6.3.0', 182_000_000);
const { response } = planAnswer(message);

describe('a planned upgrade', () => {
  it('has name and height', () => {
    assert.deepEqual(parseUpgradePlan(planAnswer(message)), { name: 'v6.3.0', height: 182_000_000 });
  });

  for (const value of [null, '', undefined]) {
    it(`is none when the value is ${JSON.stringify(value)}`, () => {
      assert.equal(parseUpgradePlan({ response: { ...response, value } }), 'none');
    });
  }

  for (const [what, odd] of Object.entries({
    'a query failed': { response: { ...response, code: 6, value: null } },
    'there is no code': { response: { value: null } },
    'there is no response': {},
    'the value is not base64': { response: { ...response, value: '!' } },
    'the value is a number': { response: { ...response, value: 7 } },
    'the message is cut': planAnswer(message.subarray(0, -3)),
    'the message has a field too many': planAnswer(Uint8Array.from([...message, ...message])),
    'the message is something else': planAnswer(Uint8Array.from([0xff, 0xff, 0xff])),
    'the message has no plan': planAnswer(Uint8Array.from(bytesField(2, [1]))),
    'the plan is empty': planAnswer(Uint8Array.from(bytesField(1, []))),
    'the plan is a number': planAnswer(Uint8Array.from([1 << 3, 5])),
    'the plan has no name': planAnswer(planMessage('', 5)),
    'the plan has no height': planAnswer(planMessage('v6', 0)),
    'the plan has a negative height': planAnswer(
      Uint8Array.from(bytesField(1, [...bytesField(1, Buffer.from('v6')), 3 << 3, ...Array(9).fill(0xff), 0x01])),
    ),
    'the name is not UTF-8': planAnswer(Uint8Array.from(bytesField(1, [...bytesField(1, [0xff]), 3 << 3, 5]))),
    'the name is very long': planAnswer(planMessage('v'.repeat(1_000), 5)),
  })) {
    it(`is not known when ${what}`, () => assert.equal(parseUpgradePlan(odd), undefined));
  }
});
