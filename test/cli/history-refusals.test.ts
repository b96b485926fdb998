import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeServer, listenLocally, portOf } from '../support/local-server.ts';
import { runPlugin } from './plugin.ts';

const API_KEY = 'planted-api-key-0123456789';
/** What a careless server quotes and colours. */
const WORDS = `no such thing for Bearer ${API_KEY}%1B[31m%0Aat once`;
const REFUSED =
  /^Temporal at \S+, namespace default refused: no such thing for Bearer \[removed\] \[31m at once\. Check .*\.$/m;
const KUBECONFIG = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'here',
  contexts: [{ name: 'here', context: { cluster: 'here', user: 'here' } }],
  // Port 9 of this machine answers nobody: history works without the API server.
  clusters: [{ name: 'here', cluster: { server: 'https://127.0.0.1:9' } }],
  users: [{ name: 'here', user: { token: 'unused' } }],
};

/** Of gRPC. A server that does not know what a client asks first is taken for an old one. */
const [NOT_FOUND, FAILED_PRECONDITION, UNIMPLEMENTED] = [5, 9, 12] as const;

describe('kubectl snt history with a Temporal that refuses', () => {
  let code: number;
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  let directory: string;

  before(async () => {
    server.on('session', (session) => sessions.add(session));
    server.on('stream', (stream: ServerHttp2Stream, { ':path': path }) =>
      refuse(stream, path?.endsWith('/GetSystemInfo') ? UNIMPLEMENTED : code),
    );
    await listenLocally(server);
    directory = await mkdtemp(join(tmpdir(), 'history-refusals-'));
    await writeFile(join(directory, 'kubeconfig'), JSON.stringify(KUBECONFIG));
  });
  after(async () => {
    for (const session of sessions) session.destroy();
    await closeServer(server);
    await rm(directory, { recursive: true });
  });

  for (const [name, refusal] of Object.entries({ NOT_FOUND, FAILED_PRECONDITION, UNIMPLEMENTED })) {
    it(`says in one line and without the key what comes with ${name}`, async () => {
      code = refusal;
      const result = await runPlugin(['history', 'validator-0', '-n', 'here'], {
        HOME: directory,
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        KUBECONFIG: join(directory, 'kubeconfig'),
        TEMPORAL_ADDRESS: `127.0.0.1:${portOf(server)}`,
        TEMPORAL_API_KEY: API_KEY,
        TEMPORAL_TLS: 'false',
      });
      assert.equal(result.code, 1);
      assert.match(result.stderr, REFUSED);
      assert.doesNotMatch(result.stderr, /planted|[^\P{Cc}\n]|^ +at /mu);
    });
  }
});

function refuse(stream: ServerHttp2Stream, code: number): void {
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': code, 'grpc-message': WORDS },
    { endStream: true },
  );
}
