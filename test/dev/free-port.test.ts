import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../dev/free-port.ts';

const MODULE = fileURLToPath(new URL('../../dev/free-port.ts', import.meta.url));
/** Another process that would be given the same ports, and listens on none of them. */
const OTHER = `
  Object.defineProperty(process, 'pid', { value: ${process.pid} });
  const { freePort } = await import(${JSON.stringify(MODULE)});
  console.log(await freePort());
  setInterval(() => {}, 1_000);`;

describe('freePort', () => {
  it('passes over a port that another process was given and has not begun to use', async () => {
    const others = [];
    try {
      const given: number[] = [];
      for (let index = 0; index < 3; index += 1) {
        const other = spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', OTHER], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        others.push(other);
        const [line] = await once(createInterface(other.stdout), 'line');
        given.push(Number(line));
      }
      given.push(await freePort());
      assert.equal(new Set(given).size, given.length, given.join());
    } finally {
      for (const other of others) other.kill();
    }
  });
});
