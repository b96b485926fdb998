import assert from 'node:assert/strict';
import { errors } from 'undici';
import { createOutcome, mayHaveBeenCarriedOut, type Finding } from '../../cli/create-outcome.ts';
import {
  KubeConfigError,
  KubernetesApiError,
  KubernetesCredentialsError,
  KubernetesResponseError,
} from '../../kubernetes/errors.ts';
import { explainFailure } from '../../kubernetes/explain-failure.ts';

const CALL = 'POST /apis/sei.io/v1alpha1/namespaces/a/seinodetasks';

function answered(httpStatus: number, reason?: string): Error {
  return new KubernetesApiError({ call: CALL, httpStatus, status: { reason, message: 'words' } });
}

/** An error of a socket, as the transport reports it. */
function failed(fields: object, error = new Error('words')): unknown {
  return explainFailure(Object.assign(error, fields), { call: CALL, server: 'https://a', signal: undefined });
}

describe('a create that failed', () => {
  const failures: readonly (readonly [what: string, error: unknown, mayHaveHappened: boolean])[] = [
    ['was refused as invalid', answered(422), false],
    ['was refused for a missing right', answered(403), false],
    ['was refused for its credentials', answered(401), false],
    ['was refused for a name that is taken', answered(409, 'AlreadyExists'), false],
    ['was refused because the server is busy', answered(429), false],
    ['was redirected', answered(307), false],
    ['was answered 500', answered(500), true],
    ['was answered 503', answered(503), true],
    ['was answered 504', answered(504), true],
    ['was answered by no JSON', new KubernetesResponseError('words'), true],
    ['timed out', failed({}, new DOMException('words', 'TimeoutError')), true],
    ['timed out before the headers', failed({}, new errors.HeadersTimeoutError()), true],
    ['lost its connection', failed({ code: 'ECONNRESET', syscall: 'read' }), true],
    ['could not write', failed({ code: 'EPIPE', syscall: 'write' }), true],
    ['was closed by the other side', failed({}, new errors.SocketError('other side closed')), true],
    ['had no connection', failed({ code: 'ECONNREFUSED', syscall: 'connect' }), false],
    [
      'had no connection to any address',
      failed({}, new AggregateError([{ code: 'ECONNREFUSED', syscall: 'connect' }, { syscall: 'connect' }])),
      false,
    ],
    ['waited for a connection', failed({}, new errors.ConnectTimeoutError()), false],
    ['had no address', failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }), false],
    ['did not trust the server', failed({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }), false],
    ['met another name', failed({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), false],
    ['had no credentials', new KubernetesCredentialsError('words'), false],
    ['had no kubeconfig', new KubeConfigError('words'), false],
  ];
  for (const [what, error, mayHaveHappened] of failures) {
    it(`${mayHaveHappened ? 'may have happened' : 'did not happen'} when it ${what}`, () => {
      assert.equal(mayHaveBeenCarriedOut(error), mayHaveHappened);
      if (mayHaveHappened && error instanceof Error) assert.doesNotMatch(error.message, /repeat/i);
    });
  }

  const known = { task: 'a/restart-b-x', problem: 'It timed out.', lookAgain: 'kubectl snt get restart-b-x -n a' };
  const codes: Readonly<Record<Finding, string | undefined>> = {
    ours: undefined,
    another: 'NAME_TAKEN',
    missing: 'CREATION_UNCERTAIN',
    unreadable: 'CREATION_UNCERTAIN',
  };
  for (const [finding, code] of Object.entries(codes) as [Finding, string | undefined][]) {
    it(`is ${code ?? 'created'} when its task is ${finding}, and nobody is asked to repeat it`, () => {
      const outcome = createOutcome(finding, known);
      assert.equal(outcome?.code, code);
      if (outcome === undefined) return;
      assert.ok(outcome.message.includes(known.task) && outcome.message.includes(known.problem), outcome.message);
      assert.doesNotMatch(outcome.message, /repeat/i);
      assert.equal(outcome.retryable, false);
      if (code === 'CREATION_UNCERTAIN') assert.ok(outcome.message.endsWith(known.lookAgain), outcome.message);
    });
  }
});
