import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { CertificateAuthority } from '../support/certificate-authority.ts';
import { closeServer, listenLocally, portOf } from '../support/local-server.ts';

const GROUP = 'sei.io/v1alpha1';

/** A list of tasks was asked for: by which user, and how. */
export interface RecordedCall {
  readonly path: string;
  readonly authorization: string | undefined;
  /** Common name of the client certificate. */
  readonly certificate: string | undefined;
  /** Headers `impersonate-*`, with the values of each. */
  readonly impersonation: Readonly<Record<string, readonly string[]>>;
  /** The name that was asked for in the TLS handshake. */
  readonly serverName: string | false;
}

/** An https server that serves SeiNodeTasks, of which there are none, to anybody, and remembers who asked. */
export class RecordingServer implements AsyncDisposable {
  readonly calls: RecordedCall[] = [];
  /** HTTP status of the answers. */
  status = 200;
  readonly #server;

  private constructor(authority: CertificateAuthority) {
    const { certificate: cert, key } = authority.issue('recorder', '127.0.0.1');
    this.#server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (request, response) =>
      this.#answer(request, response),
    );
    // A client that does not like the certificate.
    this.#server.on('tlsClientError', () => {});
  }

  static async listen(authority: CertificateAuthority): Promise<RecordingServer> {
    const recorder = new RecordingServer(authority);
    await listenLocally(recorder.#server);
    return recorder;
  }

  get port(): number {
    return portOf(this.#server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeServer(this.#server);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?', 1).join();
    if (path.endsWith('/seinodetasks')) this.calls.push(recorded(path, request));
    const body = path.endsWith('/seinodetasks') ? emptyList : discovery[path.replace(/^.*(?=\/apis?)/, '')];
    response.writeHead(body === undefined ? 404 : this.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  }
}

const emptyList = { apiVersion: GROUP, kind: 'SeiNodeTaskList', metadata: { resourceVersion: '1' }, items: [] };

/** What kubectl asks before it lists. */
const discovery: Readonly<Record<string, object>> = {
  '/api': { kind: 'APIVersions', versions: [] },
  '/apis': {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [
      {
        name: 'sei.io',
        versions: [{ groupVersion: GROUP, version: 'v1alpha1' }],
        preferredVersion: { groupVersion: GROUP, version: 'v1alpha1' },
      },
    ],
  },
  [`/apis/${GROUP}`]: {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: GROUP,
    resources: [
      { name: 'seinodetasks', singularName: 'seinodetask', namespaced: true, kind: 'SeiNodeTask', verbs: ['list'] },
    ],
  },
};

function recorded(path: string, { headersDistinct, headers, socket }: IncomingMessage): RecordedCall {
  const tls = socket as TLSSocket;
  const impersonation = Object.entries(headersDistinct).filter(([name]) => name.startsWith('impersonate-'));
  return {
    path,
    authorization: headers.authorization,
    certificate: tls.getPeerCertificate().subject?.CN as string | undefined,
    impersonation: Object.fromEntries(
      impersonation.toSorted(([a], [b]) => a.localeCompare(b)).map(([name, values = []]) => [name, values]),
    ),
    serverName: (tls as TLSSocket & { servername: string | false }).servername,
  };
}
