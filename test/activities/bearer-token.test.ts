import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BearerToken } from '../../activities/bearer-token.ts';

describe('BearerToken', () => {
  let directory: string;
  let file: string;
  /** By the clock of the tokens, in milliseconds. */
  let nowMs = 0;
  const clock = (): number => nowMs;

  /** By then a token looks at its file again. */
  function passASecond(): void {
    nowMs += 1_000;
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bearer-token-'));
    file = join(directory, 'token');
    await write('first\n', 1);
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** Writes the file, changed at the given second. */
  async function write(text: string, changedAt: number): Promise<void> {
    await writeFile(file, text);
    await utimes(file, changedAt, changedAt);
  }

  it('reads the token without the blanks around it', async () =>
    assert.equal(await new BearerToken(file, clock).get(), 'first'));

  it('reads the file again once it has changed', async () => {
    const token = new BearerToken(file, clock);
    await token.get();
    await write('second', 2);
    assert.equal(await token.get(), 'first');
    passASecond();
    assert.equal(await token.get(), 'second');
  });

  it('follows a file that is replaced, as the kubelet rotates tokens', async () => {
    const token = new BearerToken(file, clock);
    await token.get();
    const next = join(directory, 'next');
    await writeFile(next, 'second');
    await rename(next, file);
    passASecond();
    assert.equal(await token.get(), 'second');
  });

  it('reads the file again after a reset, whatever its modification time says', async () => {
    const token = new BearerToken(file, clock);
    await token.get();
    await write('second', 1);
    passASecond();
    assert.equal(await token.get(), 'first');
    token.reset();
    assert.equal(await token.get(), 'second');
  });

  it('says which file is missing, and recovers when it comes back', async () => {
    const token = new BearerToken(file, clock);
    await token.get();
    await rm(file);
    passASecond();
    const refusal = {
      code: 'SIDECAR_TOKEN_UNREADABLE',
      retryable: true,
      message: `token file ${file} cannot be read; check its mount`,
    };
    await assert.rejects(token.get(), refusal);
    await write('third', 3);
    assert.equal(await token.get(), 'third');
  });

  it('says which file is empty, and never uses it', async () => {
    await writeFile(file, ' \n');
    const token = new BearerToken(file, clock);
    const refusal = { code: 'SIDECAR_TOKEN_UNREADABLE', message: `token file ${file} is empty; check what writes it` };
    await assert.rejects(token.get(), refusal);
    await assert.rejects(token.get(), refusal);
  });

  it('names a file whose contents are not valid in a header, without quoting it', async () => {
    await writeFile(file, 'planted\r\nx-injected: 1');
    const refusal = {
      code: 'SIDECAR_TOKEN_UNREADABLE',
      message: `token file ${file} contains more than a token; check what writes it`,
    };
    await assert.rejects(new BearerToken(file, clock).get(), refusal);
  });
});
