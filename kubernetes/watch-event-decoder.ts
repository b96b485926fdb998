import { z } from 'zod';
import { printable } from '../lib/printable.ts';
import { KubernetesResponseError } from './errors.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

/** Larger than any single object with the event around it (etcd accepts 1.5 MiB), in bytes. */
const LINE_BYTES = 8 * 1024 * 1024;
const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

const eventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.enum(['ADDED', 'MODIFIED', 'DELETED']),
    object: z.custom<KubernetesObject>(
      (value) => metadataSchema.safeParse(value).success,
      'object.metadata lacks name, uid or resourceVersion',
    ),
  }),
  z.object({
    type: z.literal('BOOKMARK'),
    object: z.object({ metadata: z.object({ resourceVersion: z.string().min(1) }) }),
  }),
  z.object({
    type: z.literal('ERROR'),
    object: z.object({ code: z.number().optional(), reason: z.string().optional(), message: z.string().optional() }),
  }),
]);
const metadataSchema = z.object({
  metadata: z.object({ name: z.string().min(1), uid: z.string().min(1), resourceVersion: z.string().min(1) }),
});

export type WatchEvent = z.infer<typeof eventSchema>;

/**
 * Splits the bytes of a watch into events, one JSON document per line.
 *
 * Both methods throw KubernetesResponseError when the input is not a watch event. Events are then missing and the
 * caller must relist.
 */
export class WatchEventDecoder {
  /**
   * The part of a line received so far, in one buffer: single bytes kept as separate chunks would take hundreds of
   * times their size.
   */
  #pending = NOTHING;
  #pendingBytes = 0;

  /** @returns the events that `chunk` completes */
  push(chunk: Buffer): WatchEvent[] {
    const events: WatchEvent[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      events.push(...parseLine(this.#takePending()));
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return events;
  }

  /** Call it when the stream has ended: a line without its end was truncated. */
  end(): void {
    if (this.#pendingBytes > 0)
      throw new KubernetesResponseError(
        `The watch ended in the middle of a line after ${this.#pendingBytes} bytes. Relist.`,
      );
  }

  #keep(part: Buffer): void {
    const bytes = this.#pendingBytes + part.length;
    if (bytes > LINE_BYTES)
      throw new KubernetesResponseError(`The watch sent a line longer than ${LINE_BYTES} bytes. Relist.`);
    if (bytes > this.#pending.length) {
      const larger = Buffer.allocUnsafe(Math.max(bytes, 2 * this.#pending.length));
      this.#pending.copy(larger, 0, 0, this.#pendingBytes);
      this.#pending = larger;
    }
    part.copy(this.#pending, this.#pendingBytes);
    this.#pendingBytes = bytes;
  }

  #takePending(): string {
    const line = this.#pending.toString('utf8', 0, this.#pendingBytes);
    this.#pending = NOTHING;
    this.#pendingBytes = 0;
    return line;
  }
}

/** An empty line is not an event. */
function parseLine(line: string): WatchEvent[] {
  if (line.trim() === '') return [];
  try {
    return [eventSchema.parse(JSON.parse(line))];
  } catch (cause) {
    const words = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new KubernetesResponseError(
      `The watch sent a line that is not an event (${printable(words, 400)}): ${printable(line, 200)}. Relist.`,
      { cause },
    );
  }
}
