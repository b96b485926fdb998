import assert from 'node:assert/strict';
import { Agent } from 'undici';
import { NodeUrlTemplate } from '../../activities/node-url-template.ts';
import { SeidRpc } from '../../activities/seid-rpc.ts';
import { SidecarClient } from '../../activities/sidecar-client.ts';
import { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { answering, startMisbehavingServer } from '../activities/misbehaving-server.ts';
import { call, failureOf, node, patience, running, type Method } from '../activities/sidecar-calls.ts';
import { accessFor } from '../kubernetes/fake-api-server.ts';

describe('a redirect', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    it(`of ${status} is not followed`, async () => {
      await using elsewhere = await startMisbehavingServer(answering(200, running));
      await using server = await startMisbehavingServer(
        answering(status, '', { location: `${elsewhere.url}/v0/tasks` }),
      );
      await using stack = new AsyncDisposableStack();
      const dispatcher = stack.adopt(new Agent(), (agent) => agent.destroy());
      const urlTemplate = new NodeUrlTemplate(`${server.url}/{namespace}/{name}`);
      const sidecar = new SidecarClient({ urlTemplate, dispatcher });
      for (const method of ['GET', 'POST', 'DELETE'] satisfies Method[]) {
        assert.equal((await failureOf(call(sidecar, method))).code, 'SIDECAR_UNEXPECTED_STATUS');
      }
      assert.equal(await sidecar.isAlive(node, patience), false);
      assert.equal(await new SeidRpc({ urlTemplate, dispatcher }).latestHeight(node, patience), undefined);
      const transport = stack.adopt(
        new KubernetesTransport(accessFor(server.url, { token: 'planted-token' })),
        (opened) => opened.close(),
      );
      await assert.rejects(transport.request({ method: 'GET', path: '/version' }), {
        code: 'KUBERNETES_UNEXPECTED_STATUS',
        httpStatus: status,
      });
      assert.equal(server.received.length, 6);
      assert.deepEqual(elsewhere.received, []);
    });
  }
});
