import type { ServerResponse } from 'node:http';
import type { GarbageBody } from './faults.ts';

const HUGE_BODY_BYTES = 10 * 1024 * 1024;

/** Answers 200 with a useless body. */
export function writeGarbage(response: ServerResponse, body: GarbageBody): void {
  const bodies: Record<GarbageBody, [contentType: string, content: string]> = {
    html: ['text/html', '<!doctype html><title>Not what you asked for</title>\n'],
    half: ['application/json', '{"id":"'],
    empty: ['application/json', ''],
    huge: ['application/json', body === 'huge' ? JSON.stringify({ padding: 'x'.repeat(HUGE_BODY_BYTES) }) : ''],
  };
  const [contentType, content] = bodies[body];
  const promised = body === 'half' ? content.length * 2 : content.length;
  response.writeHead(200, { 'content-type': contentType, 'content-length': promised });
  if (body === 'half') response.write(content, () => response.destroy());
  else response.end(content);
}
