import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { SpawnFailedError } from '../../dev/errors.ts';
import { spawnGuarded } from '../../dev/spawn-guarded.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../../dev/is-alive.ts';

const HOLDER = fileURLToPath(new URL('guarded-holder.ts', import.meta.url));

function script(source: string): { command: string; arguments: string[] } {
  return { command: process.execPath, arguments: ['-e', source] };
}

const FOREVER = 'setInterval(() => {}, 1000)';
const IGNORES_SIGTERM = `process.on('SIGTERM', () => {}); ${FOREVER}; console.log('up')`;

/**
 * Lets other children end, and a guarded process while Node tells of them: Node then notices the end of its guard in many
 * cases before it reads what the guard has written.
 */
function endWithOthers(pid: number): void {
  const guard = statOf(pid).parent;
  for (let count = 0; count < 6; count += 1) {
    const other = spawn('/bin/true');
    other.once('exit', () => {
      if (isAlive(pid)) process.kill(pid, 'SIGTERM');
      untilEnded(guard);
    });
    untilEnded(other.pid!);
  }
}

/** Blocks this process until a child of it has ended, so that both the end and what the child wrote are waiting. */
function untilEnded(pid: number): void {
  while (existsSync(`/proc/${pid}`) && statOf(pid).state !== 'Z');
}

function statOf(pid: number): { readonly state: string; readonly parent: number } {
  const [state = '', parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return { state, parent: Number(parent) };
}

describe('spawnGuarded', function () {
  this.timeout(20_000);

  it('reports the exit code, and passes directory, environment and output through', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spawn-guarded-'));
    const guarded = await spawnGuarded({
      ...script(`console.log(process.pid, process.env.COLOUR, require('fs').realpathSync('.')); process.exitCode = 7`),
      cwd: folder,
      env: { COLOUR: 'green' },
      output: 'pipe',
    });
    const [output, exit] = await Promise.all([text(guarded.stdout!), guarded.exited]);
    assert.deepEqual(exit, { code: 7, signal: null });
    assert.match(output, new RegExp(`^${guarded.pid} green .*${folder}\\n$`));
    await rm(folder, { recursive: true });
  });

  it('appends the output to a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spawn-guarded-'));
    const file = join(folder, 'log');
    for (const word of ['one', 'two']) {
      const guarded = await spawnGuarded({ ...script(`console.error('${word}')`), output: { file } });
      await guarded.exited;
    }
    assert.equal(await readFile(file, 'utf8'), 'one\ntwo\n');
    await rm(folder, { recursive: true });
  });

  it('sends a signal to the process itself and continues when it is killed', async () => {
    const guarded = await spawnGuarded({ ...script(FOREVER), output: 'inherit' });
    guarded.kill('SIGKILL');
    assert.deepEqual(await guarded.exited, { code: null, signal: 'SIGKILL' });
    assert.equal(isAlive(guarded.pid), false);
    guarded.kill('SIGTERM');
  });

  it('kills a process that ignores SIGTERM when the grace time is over', async () => {
    const guarded = await spawnGuarded({ ...script(IGNORES_SIGTERM), output: 'pipe' });
    await once(guarded.stdout!, 'data');
    assert.deepEqual(await guarded.stop(100), { code: null, signal: 'SIGKILL' });
  });

  it('reports how a process ended also when Node notices it with the end of another child', async () => {
    for (let round = 0; round < 8; round += 1) {
      const guarded = await spawnGuarded({ ...script(FOREVER), output: 'inherit' });
      endWithOthers(guarded.pid);
      assert.deepEqual(await guarded.exited, { code: null, signal: 'SIGTERM' }, `round ${round}`);
    }
  });

  it('kills what the process has left behind in its group', async () => {
    const guarded = await spawnGuarded({
      ...script(`const child = require('child_process').spawn(process.execPath, ['-e', '${FOREVER}'], { stdio: 'ignore' });
        child.on('spawn', () => { console.log(child.pid); process.exit(); })`),
      output: 'pipe',
    });
    const descendant = Number(await text(guarded.stdout!));
    await eventually('the descendant has ended', () => !isAlive(descendant));
  });

  it('refuses a command that does not exist', async () => {
    await assert.rejects(
      spawnGuarded({ command: '/nowhere/seid', arguments: [], output: 'inherit' }),
      (error) => error instanceof SpawnFailedError && error.message.includes('/nowhere/seid'),
    );
  });

  it('ends the process, also one that ignores SIGTERM, when the parent is killed with SIGKILL', async () => {
    const parent = spawn(process.execPath, [HOLDER, IGNORES_SIGTERM], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    assert.equal(isAlive(pid), true);
    parent.kill('SIGKILL');
    await eventually('the process has ended', () => !isAlive(pid));
  });
});
