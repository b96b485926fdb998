import assert from 'node:assert/strict';
import { rpcResult } from '../../../activities/chain/rpc-result.ts';

describe('a body of the RPC of seid', () => {
  const result = { block_height: '1' };
  const failure = { code: -32603, message: 'Internal error', data: 'height 9 must be less than 8' };

  for (const [what, body] of [
    ['is the bare result', result],
    ['has a JSON-RPC wrapper', { jsonrpc: '2.0', id: -1, result }],
    ['has a wrapper with an empty error', { jsonrpc: '2.0', id: -1, result, error: null }],
  ] as const) {
    it(`has the result when it ${what}`, () => {
      assert.deepEqual(rpcResult(JSON.stringify(body)), { result });
    });
  }

  for (const [what, body, words] of [
    ['a flat error, which is HTTP 200 too', JSON.stringify(failure), /-32603.*Internal error.*height 9/],
    ['an error in a wrapper', JSON.stringify({ jsonrpc: '2.0', id: -1, error: failure }), /-32603/],
    ['an error and a result', JSON.stringify({ result, error: failure }), /-32603/],
    ['an error of another form', JSON.stringify({ error: 'too many requests' }), /error/],
    ['a flat error as the result', JSON.stringify({ result: failure }), /-32603/],
    ['null', 'null', /null/],
    ['null in a wrapper', JSON.stringify({ jsonrpc: '2.0', id: -1, result: null }), /null/],
    ['HTML', '<html><body>503 Service Temporarily Unavailable</body></html>', /not JSON/],
    ['nothing', '', /not JSON/],
    ['cut', JSON.stringify(result).slice(0, -1), /not JSON/],
  ] as const) {
    it(`has no result when it is ${what}`, () => {
      const read = rpcResult(body);
      assert.ok('problem' in read);
      assert.match(read.problem, words);
    });
  }

  it('quotes an error in one short line', () => {
    const read = rpcResult(JSON.stringify({ ...failure, data: `\u001B[2J${'x'.repeat(10_000)}\n` }));
    assert.ok('problem' in read);
    assert.ok(read.problem.length < 300);
    assert.doesNotMatch(read.problem, /\p{Cc}/u);
  });
});
