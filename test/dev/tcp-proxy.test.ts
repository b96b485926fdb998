import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { TcpProxy } from '../../dev/tcp-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { closeServer, listenLocally, portOf } from '../support/local-server.ts';

describe('TcpProxy', () => {
  let server: Server;
  let proxy: TcpProxy;
  let heard: string;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    heard = '';
    // Echoes what it receives, and still receives after its own side is closed.
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        heard += data.toString();
        socket.write(data);
      });
      socket.on('end', () => socket.end());
    });
    await listenLocally(server);
    proxy = await TcpProxy.create();
    await proxy.leadTo(`127.0.0.1:${portOf(server)}`);
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await proxy.close();
    await closeServer(server);
  });

  /** A client that has had an answer, so that its connection stands on both sides. */
  async function client() {
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(socket);
    const state = { socket, said: '', ended: false, error: undefined as NodeJS.ErrnoException | undefined };
    socket.on('data', (data) => (state.said += data.toString()));
    socket.on('end', () => (state.ended = true));
    socket.on('error', (error) => (state.error = error));
    socket.write('hello');
    await eventually('the answer is here', () => state.said === 'hello');
    state.said = '';
    return state;
  }

  it('leads through, and says that nothing was disturbed', async () => {
    await client();
    assert.equal(proxy.disturbed, 0);
  });

  it('delays both ways, and no longer once soothed', async () => {
    const { socket, ...state } = await client();
    proxy.disturb({ type: 'delay', milliseconds: 200 });
    const begin = performance.now();
    let said = state.said;
    socket.on('data', (data) => (said += data.toString()));
    socket.write('slow');
    await eventually('the answer is here', () => said === 'slow');
    assert.ok(performance.now() - begin >= 390, 'there and back');
    proxy.soothe();
    assert.equal(proxy.disturbed, 2);
    socket.write(' quick');
    await eventually('the answer is here', () => said === 'slow quick');
    proxy.soothe();
    assert.equal(proxy.disturbed, 2);
  });

  it('resets a connection that something is sent on, and leaves a silent one', async () => {
    const [busy, silent] = [await client(), await client()];
    proxy.disturb({ type: 'reset' });
    busy.socket.write('lost');
    await eventually('the connection is reset', () => busy.error?.code === 'ECONNRESET');
    proxy.soothe();
    assert.equal(proxy.disturbed, 1);
    assert.equal(heard, 'hellohello', 'nothing of it arrived');
    silent.socket.write('again');
    await eventually('the other one continues', () => silent.said === 'again');
  });

  it('closes half of a connection: the server hears, and its answers are lost', async () => {
    const { socket, ...state } = await client();
    let ended = false;
    socket.on('end', () => (ended = true));
    socket.on('data', (data) => (state.said += data.toString()));
    proxy.disturb({ type: 'half-close' });
    socket.write(' one');
    await eventually('the client is told of an end', () => ended);
    proxy.soothe();
    assert.equal(proxy.disturbed, 1);
    socket.write(' two');
    await eventually('the server hears both', () => heard === 'hello one two');
    assert.equal(state.said, '');
    assert.equal(socket.destroyed, false);
  });

  it('cuts an answer in two and ends', async () => {
    const state = await client();
    proxy.disturb({ type: 'truncate' });
    state.socket.write('12345678');
    await eventually('the end is here', () => state.ended);
    assert.equal(state.said, '1234');
    proxy.soothe();
    assert.equal(proxy.disturbed, 1);
    assert.equal(heard, 'hello12345678');
  });

  it('takes new connections after each disturbance', async () => {
    for (const type of ['reset', 'half-close', 'truncate'] as const) {
      const { socket } = await client();
      proxy.disturb({ type });
      socket.write('disturbed');
      await eventually(`${type} hits`, () => socket.readableEnded || socket.destroyed);
      proxy.soothe();
      assert.equal(proxy.disturbed, 1);
      await client();
    }
  });
});
