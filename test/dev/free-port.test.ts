import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MODULE = fileURLToPath(new URL('../../dev/free-port.ts', import.meta.url));
/** A process that tries the same ports as its siblings. It prints the ports that it listened on, the given one last. */
const SIBLING = `
  Object.defineProperty(process, 'pid', { value: ${process.pid} });
  const { tracingChannel } = await import('node:diagnostics_channel');
  const tried = [];
  tracingChannel('net.server.listen').subscribe({ asyncStart: ({ options }) => void tried.push(options.port) });
  const { freePort } = await import(${JSON.stringify(MODULE)});
  const given = await freePort();
  console.log(JSON.stringify({ given, tried }));
  setInterval(() => {}, 1_000);`;

interface Ports {
  readonly given: number;
  readonly tried: readonly number[];
}

describe('freePort', () => {
  const siblings: ChildProcess[] = [];
  const ports: Ports[] = [];

  before(async () => {
    for (let index = 0; index < 4; index += 1) {
      const sibling = spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', SIBLING], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      siblings.push(sibling);
      const [line] = await once(createInterface(sibling.stdout), 'line');
      ports.push(JSON.parse(line));
    }
  });

  after(() => {
    for (const sibling of siblings) sibling.kill();
  });

  it('passes over a port that another process was given and has not begun to use', () => {
    const given = ports.map((each) => each.given);
    assert.equal(new Set(given).size, given.length, given.join());
  });

  it('does not listen on such a port, not even to try it: the server that is about to start there would fail', () => {
    for (const [index, { given, tried }] of ports.entries()) {
      assert.ok(tried.includes(given));
      for (const earlier of ports.slice(0, index)) assert.ok(!tried.includes(earlier.given), tried.join());
    }
  });
});
