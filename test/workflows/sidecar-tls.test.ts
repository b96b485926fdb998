import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { CertificateAuthority } from '../support/certificate-authority.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { TlsFront } from '../support/tls-front.ts';

const UNTRUSTED = /UNABLE_TO_\w+.*SIDECAR_CA_FILE/;

describe('sidecars over TLS', () => {
  const authority = new CertificateAuthority('authority-of-sidecars');
  const stranger = new CertificateAuthority('another-authority');
  let environment: TestEnvironment;
  let caFile: string;

  beforeEach(async () => {
    environment = await TestEnvironment.create();
    caFile = join(environment.servers.directory, `${environment.namespace}.ca.crt`);
  });

  afterEach(() => environment.stop());

  async function startTrusting(trusted: CertificateAuthority): Promise<void> {
    const front = environment.added.use(
      await TlsFront.listen(environment.fleet.url, authority.issue('sidecars', '127.0.0.1')),
    );
    await trust(trusted);
    await environment.startService({
      SIDECAR_URL_TEMPLATE: `${front.url}/{namespace}/{name}`,
      SIDECAR_CA_FILE: caFile,
    });
  }

  async function trust({ certificate }: CertificateAuthority): Promise<void> {
    await writeFile(caFile, certificate);
  }

  it('get tasks when their certificate is signed by a CA in SIDECAR_CA_FILE', async () => {
    await startTrusting(authority);
    const node = await environment.addNode('trusted');
    await environment.restart('trusted', 'trusted');
    assertComplete(await environment.finished('trusted'));
    assert.equal(node.sigtermsReceived, 1);
  });

  it('get nothing when it is not: that is retried within the execution time, and the message says so', async () => {
    await startTrusting(stranger);
    const [late, given] = [await environment.addNode('late'), await environment.addNode('given-up')];
    await environment.restart('late', 'late');
    await environment.restart('given-up', 'given-up', { timeoutSeconds: 3 });
    assertFailed(await environment.finished('given-up'), 'Timeout', 'tooLateToBegin', {
      whereabouts: 'unsent',
      problem: UNTRUSTED,
    });
    await environment.taskWhere('late', 'tells why it is not sent', ({ status }) =>
      UNTRUSTED.test(status?.message ?? ''),
    );
    assert.deepEqual([late.requests, given.requests], [[], []]);
    await trust(authority);
    assertComplete(await environment.finished('late'));
    assert.equal(requestsOf(late, 'POST').length, 1);
    assert.deepEqual(given.requests, []);
  });
});
