import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ranges from which Linux (32768 up) and macOS (49152 up) take the ports of outgoing connections: a server
 * that is stopped for a while finds its port free when it starts again. Above those of the simulated seids, which do not
 * claim theirs.
 */
export const FIRST_PORT = 20_000;
const PORTS = 12_768;
/** Two processes that start servers at the same time rarely try the same ports. */
const PORTS_APART = 97;

let next = process.pid * PORTS_APART;

/**
 * A loopback port that is free now, and that no process gives out again before this one has ended. A port that another
 * process has claimed is never listened on, not even to try it: its server may be about to.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + (next++ % PORTS);
    if ((await claim(port)) && (await isFree(port))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/**
 * Binds the UDP port of that number until this process ends. Nothing else uses it, and it shows other processes that
 * the TCP port is reserved, even before a server listens on it.
 */
async function claim(port: number): Promise<boolean> {
  const socket = createSocket('udp4').unref();
  try {
    await once(socket.bind({ port, address: '127.0.0.1', exclusive: true }), 'listening');
    return true;
  } catch {
    socket.close();
    return false;
  }
}
