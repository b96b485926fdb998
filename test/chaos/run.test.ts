import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { invariants } from '../../chaos/invariants/invariants.ts';
import { Program } from '../support/program.ts';

/** Far above what it takes with other tests running: some 4 minutes. */
const RUN_TIMEOUT_MS = 900_000;
const chaos = (...commandArguments: string[]): Program =>
  new Program(process.execPath, ['--no-warnings', 'chaos/main.ts', ...commandArguments]);

describe('npm run chaos', function () {
  this.timeout(RUN_TIMEOUT_MS + 10_000);

  let program: Program;

  afterEach(() => program.kill());

  it('-- --minutes 3 --seed 1 sees nothing that must not be', async () => {
    program = new Program('npm', ['run', '--silent', 'chaos', '--', '--minutes', '3', '--seed', '1']);
    const code = await program.exitCode(RUN_TIMEOUT_MS);
    assert.equal(code, 0, program.stdout + program.stderr);
    assert.match(program.stdout, /^npm run chaos -- --minutes 3 --seed 1 /);
    assert.equal(program.stdout.match(/^ {2}✓ /gm)?.length, Object.keys(invariants).length, program.stdout);
  });

  it('ends everything when it is interrupted', async () => {
    program = chaos('--minutes', '1', '--seed', '2');
    const stdout = await program.prints(/everything runs; faults begin/);
    const directory = /logs: (.+)\)/.exec(stdout)?.[1] ?? assert.fail(stdout);
    program.pressControlC();
    assert.equal(await program.exitCode(), 130, program.stdout + program.stderr);
    await program.leavesNoProcess();
    assert.equal(existsSync(directory), false);
  });

  it('says what there is when it is not understood', async () => {
    program = chaos('--minute', '1');
    assert.equal(await program.exitCode(), 2);
    assert.match(program.stderr, /^Unknown option '--minute'[^]*Usage: npm run chaos -- --minutes N --seed S/);
  });
});
