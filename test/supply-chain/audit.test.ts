import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { auditOutcome } from '../../scripts/audit-outcome.ts';
import { freePort } from '../../dev/free-port.ts';
import { listenLocally, portOf } from '../support/local-server.ts';
import { lockedPackages } from './locked-packages.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/audit.ts', import.meta.url));
const BULK = '/-/npm/v1/security/advisories/bulk';

async function audit(registry: string): Promise<{ code: number | null; stdout: string }> {
  return await new Promise((resolve) => {
    const env = { ...process.env, npm_config_registry: registry };
    const child = execFile(process.execPath, ['--no-warnings', SCRIPT], { env }, (_error, stdout) =>
      resolve({ code: child.exitCode, stdout }),
    );
  });
}

/** What the audit says when the registry's audit endpoint answers this. */
async function auditAgainst(status: number, answer: object): Promise<{ code: number | null; stdout: string }> {
  const server = createServer((request, response) => {
    const isAudit = request.url === BULK;
    response
      .writeHead(isAudit ? status : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(isAudit ? answer : {}));
  });
  await listenLocally(server);
  try {
    return await audit(`http://127.0.0.1:${portOf(server)}/`);
  } finally {
    server.close();
  }
}

describe('npm run audit', () => {
  it('passes when the registry has no advisory', async () => {
    assert.deepEqual(await auditAgainst(200, {}), { code: 0, stdout: 'No known vulnerabilities\n' });
  });

  it('fails on an advisory, and names it', async () => {
    const [zod] = lockedPackages().filter(({ name }) => name === 'zod');
    const advisory = {
      id: 1,
      title: 'Bad',
      url: 'https://example.org/1',
      severity: 'low',
      vulnerable_versions: `<=${zod?.version}`,
      cwe: [],
      cvss: { score: 0, vectorString: null },
    };
    const { code, stdout } = await auditAgainst(200, { zod: [advisory] });
    assert.match(stdout, /^low: zod .*: Bad \(https:\/\/example\.org\/1\)$/m);
    assert.equal(code, 1);
  });

  for (const status of [404, 405, 503]) {
    it(`says that it was skipped when the registry answers ${status}`, async () => {
      const { code, stdout } = await auditAgainst(status, {});
      assert.match(stdout, /^The registry offers no audit endpoint: skipped \(.+\)$/m);
      assert.equal(code, 0);
    });
  }

  it('says that it was skipped when there is no registry', async () => {
    const { code, stdout } = await audit(`http://127.0.0.1:${await freePort()}/`);
    assert.match(stdout, /^The registry offers no audit endpoint: skipped \(.+ECONNREFUSED.+\)$/m);
    assert.equal(code, 0);
  });

  for (const report of [
    '',
    'npm is broken',
    '{}',
    '{"error":{"code":"ENOLOCK","summary":"This command requires an existing lockfile."}}',
  ]) {
    it(`does not pass for ${report || 'nothing'}`, () =>
      assert.throws(() => auditOutcome(report), /npm audit did not report/));
  }
});
