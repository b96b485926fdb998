import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authority, config, exec, EXEC_V1 } from './odd-kubeconfigs.ts';
import { Plugin, terminal, type PluginResult } from './plugin.ts';
import { RecordingServer } from './recording-server.ts';

/** Asks on stderr, and prints what is typed as the token. */
const ASKING = `#!/bin/sh
printf 'Password: ' >&2
read -r password || { echo 'nobody answers' >&2; exit 1; }
printf '{"apiVersion":"${EXEC_V1}","kind":"ExecCredential","status":{"token":"%s"}}' "$password"
`;
const HANGING = `#!/bin/sh
trap 'kill "$!"; exit 1' TERM
sleep 60 &
wait
`;

describe('an exec plugin of kubectl snt', () => {
  const folder = mkdtempSync(join(tmpdir(), 'exec-plugins-'));
  let server: RecordingServer;

  before(async () => {
    server = await RecordingServer.listen(authority);
  });
  beforeEach(() => void (server.calls.length = 0));

  after(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** @param wrapper - What runs the plugin, such as a terminal in which `secret-7` is typed at a prompt. */
  async function get(
    script: string,
    { fields = {}, flags = [], wrapper }: { fields?: object; flags?: string[]; wrapper?: readonly string[] },
  ): Promise<PluginResult> {
    writeFileSync(join(folder, 'plugin'), script, { mode: 0o755 });
    const kubeconfig = join(folder, 'config');
    const content = JSON.stringify(config(exec(fields)));
    writeFileSync(kubeconfig, content.replace('server.invalid', `127.0.0.1:${server.port}`));
    const env = { ...process.env, HOME: folder, TYPED: 'secret-7' };
    return await new Plugin(['get', '--kubeconfig', kubeconfig, ...flags], env, wrapper).ended();
  }

  for (const interactiveMode of ['IfAvailable', 'Always'])
    it(`asks a person at a terminal, with interactiveMode ${interactiveMode}`, async () => {
      const { code, stdout } = await get(ASKING, { fields: { interactiveMode }, wrapper: terminal(80) });
      assert.match(stdout, /^Password: /);
      assert.equal(server.calls[0]?.authorization, 'Bearer secret-7');
      assert.equal(code, 0);
    });

  it('has no stdin with interactiveMode Never, and shows the person what it says', async () => {
    const { code, stdout } = await get(ASKING, { fields: { interactiveMode: 'Never' }, wrapper: terminal(80) });
    assert.match(stdout, /nobody answers\r\n[^]*The exec plugin "[^]*ended with exit code 1\./);
    assert.deepEqual([code, server.calls], [1, []]);
  });

  it('has no stdin without a terminal, and is quoted', async () => {
    const { code, stderr } = await get(ASKING, {});
    assert.match(stderr, /ended with exit code 1: Password: nobody answers\./);
    assert.deepEqual([code, server.calls], [1, []]);
  });

  it('ends with the command when nobody is there and it does not answer', async () => {
    const { code, stderr } = await get(HANGING, { flags: ['--request-timeout', '1s'] });
    assert.match(stderr, /^The exec plugin of kubeconfig user "u" has not ended within 1000 ms\./);
    assert.deepEqual([code, server.calls], [1, []]);
  });

  it('tells how to install it when it is missing', async () => {
    const fields = { command: 'no-such-plugin', installHint: 'Get it:\n  brew install no-such-plugin' };
    const { code, stderr } = await get('', { fields });
    assert.match(stderr, /"no-such-plugin" is not installed.*Get it: +brew install no-such-plugin\.\n$/);
    assert.deepEqual([code, server.calls], [1, []]);
  });
});
