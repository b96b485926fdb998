import type { Socket } from 'node:net';

/** What can be done to a connection. */
export type Disturbance =
  /** Everything is delayed by this many milliseconds, in both directions. */
  | { readonly type: 'delay'; readonly milliseconds: number }
  /** Both ends get a TCP reset with the next thing that is sent. */
  | { readonly type: 'reset' }
  /**
   * When the client sends next, it sees the end of the server's side of the connection; the server still receives
   * everything.
   */
  | { readonly type: 'half-close' }
  /** The client gets half of the next thing that the server sends, and then an end. */
  | { readonly type: 'truncate' };

export type DisturbanceType = Disturbance['type'];

/** The two ends of a proxied connection, and a chunk that one of them has sent. */
export interface Transfer {
  readonly client: Socket;
  readonly server: Socket;
  /** Up is from the client to the server. */
  readonly direction: 'up' | 'down';
  readonly chunk: Buffer;
}

/** The part of a chunk that is passed on, and the delay. */
export interface Passed {
  readonly chunk?: Buffer;
  readonly afterMs?: number;
}

/** Applies the disturbance to a connection. @returns `undefined` when it does not affect this chunk. */
export function applyDisturbance(disturbance: Disturbance, transfer: Transfer): Passed | undefined {
  switch (disturbance.type) {
    case 'delay':
      return { chunk: transfer.chunk, afterMs: disturbance.milliseconds };
    case 'reset':
      return reset(transfer);
    case 'half-close':
      return halfClose(transfer);
    default:
      return truncate(transfer);
  }
}

function reset({ client, server }: Transfer): Passed {
  client.resetAndDestroy();
  server.resetAndDestroy();
  return {};
}

function halfClose({ client, direction, chunk }: Transfer): Passed | undefined {
  if (direction === 'down' || client.writableEnded) return undefined;
  client.end();
  return { chunk };
}

function truncate({ client, server, direction, chunk }: Transfer): Passed | undefined {
  if (direction === 'up') return undefined;
  client.end(chunk.subarray(0, Math.floor(chunk.length / 2)));
  server.destroy();
  return {};
}
