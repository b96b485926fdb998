import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { errorChain, failureCode } from '../../lib/error-chain.ts';
import { KubernetesConnectionError } from '../../kubernetes/errors.ts';

const grpc = (code: number): Error =>
  Object.assign(new Error(`${code} UNAVAILABLE: no connection`), { code, details: 'no connection', metadata: {} });
const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** Name and code of each link, and whether it has a stack. */
function shapes(error: unknown): (readonly [name: string, code: string | undefined, hasStack: boolean])[] {
  return errorChain(error).map(({ name, code, stack }) => [name, code, stack !== undefined]);
}

class ServiceError extends Error {
  override readonly name = 'ServiceError';
}

describe('errorChain', () => {
  const cases: Readonly<Record<string, readonly [error: unknown, links: ReturnType<typeof shapes>]>> = {
    'a gRPC failure below what the client says': [
      new ServiceError('Failed to start Workflow', { cause: grpc(14) }),
      [
        ['ServiceError', undefined, false],
        ['Error', 'UNAVAILABLE', false],
      ],
    ],
    'one of our classes with its cause': [
      new KubernetesConnectionError('no answer', { cause: refused }),
      [
        ['KubernetesConnectionError', 'KUBERNETES_UNREACHABLE', false],
        ['Error', 'ECONNREFUSED', false],
      ],
    ],
    'several addresses that were tried': [
      new AggregateError([refused, new Error('another')]),
      [
        ['AggregateError', undefined, false],
        ['Error', 'ECONNREFUSED', false],
        ['Error', undefined, true],
      ],
    ],
    'an error without a class, with its stack': [new Error('what'), [['Error', undefined, true]]],
    'a mistake, with its stack, whatever its code': [
      Object.assign(new TypeError('x is not a function'), { code: 'ERR_INVALID_ARG_TYPE' }),
      [['TypeError', 'ERR_INVALID_ARG_TYPE', true]],
    ],
    'an error of a sandbox': [runInNewContext('new RangeError("deep")'), [['RangeError', undefined, true]]],
    'a failure of Temporal by its type': [
      Object.assign(new Error('shut down'), { name: 'ApplicationFailure', type: 'WorkerShutdown' }),
      [['ApplicationFailure', 'WorkerShutdown', false]],
    ],
    'a mistake that went through Temporal': [
      Object.assign(new Error('x'), { name: 'ApplicationFailure', type: 'TypeError' }),
      [['ApplicationFailure', 'TypeError', true]],
    ],
    'a text': ['what', [['string', undefined, false]]],
    'a number without details': [Object.assign(new Error('x'), { code: 14 }), [['Error', undefined, true]]],
  };
  for (const [what, [error, expected]] of Object.entries(cases)) {
    it(`shows ${what}`, () => assert.deepEqual(shapes(error), expected));
  }

  it('shows nothing but names, codes, messages and stacks', () => {
    const error = Object.assign(grpc(16), { metadata: { authorization: 'Bearer planted' }, config: 'planted' });
    assert.equal(JSON.stringify(errorChain(new ServiceError('x', { cause: error }))).includes('planted'), false);
  });

  it('ends for a chain without an end, and for messages of megabytes', () => {
    const loop = new Error('x'.repeat(1_000_000));
    loop.cause = loop;
    assert.equal(errorChain(loop).length, 1);
    assert.ok(JSON.stringify(errorChain(loop)).length < 10_000);
    let deep = new Error('0');
    for (let depth = 1; depth < 100; depth += 1) deep = new Error(String(depth), { cause: deep });
    assert.equal(errorChain(deep).length, 10);
  });
});

describe('failureCode', () => {
  it('is the innermost code, else the innermost message', () => {
    assert.equal(failureCode(new ServiceError('Failed to start Workflow', { cause: grpc(8) })), 'RESOURCE_EXHAUSTED');
    assert.equal(failureCode(new KubernetesConnectionError('no answer', { cause: refused })), 'ECONNREFUSED');
    assert.equal(failureCode(new Error('a', { cause: new Error('b') })), 'Error: b');
  });
});
