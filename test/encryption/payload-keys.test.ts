import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { PayloadKeyFileError } from '../../encryption/errors.ts';
import { parsePayloadKeys } from '../../encryption/parse-payload-keys.ts';
import { PayloadKeyFile, readPayloadKeys } from '../../encryption/payload-key-file.ts';
import { eventually } from '../support/eventually.ts';
import { RecordedLog } from '../support/recorded-log.ts';

const newSecret = (): string => randomBytes(32).toString('base64');
const [first, second] = [newSecret(), newSecret()];

describe('parsePayloadKeys', () => {
  it('uses the first key as the active one, and skips comments and empty lines', () => {
    const { active, byId } = parsePayloadKeys(
      `# of November\n\n2026-11: ${first}\r\n  2026-08:${second.replace('=', '')}  \n`,
    );
    assert.equal(active.id, '2026-11');
    assert.deepEqual(
      [...byId].map(([id, { secret }]) => [id, secret.export().toString('base64')]),
      [
        ['2026-11', first],
        ['2026-08', second],
      ],
    );
  });

  const refused: readonly (readonly [what: string, text: string, problem: RegExp])[] = [
    ['no key', '# none yet\n', /write one as <id>: <32 bytes in base64>$/],
    ['a key without an id', first, /^line 1 is not <id>: /],
    ['an id without a key', '2026-11:', /^line 1 is not <id>: /],
    ['id and key the wrong way round', `${first}: 2026-11`, /^line 1 is not <id>: /],
    ['them so without padding', `${first.replace('=', '')}: 2026-11`, /^line 1 is not <id>: /],
    ['an id with a space', `of may: ${first}`, /^line 1 is not <id>: /],
    ['a comment behind a key', `a: ${first} # mine`, /^line 1 is not <id>: /],
    ['JSON', JSON.stringify({ a: first }), /^line 1 is not <id>: /],
    ['a key that is not base64', `a: ${first}\nb: ${'*'.repeat(44)}`, /^line 2, key "b": is not base64$/],
    ['a key in hexadecimal', `a: ${'ab'.repeat(32)}`, /^line 1, key "a": has 48 bytes instead of 32$/],
    ['a key that is too short', `a: ${first.slice(0, 24)}`, /^line 1, key "a": has 18 bytes instead of 32$/],
    ['a repeated id', `a: ${first}\n#\na: ${second}`, /^line 3 .*"a"$/],
  ];
  for (const [what, text, problem] of refused) {
    it(`refuses ${what}`, () =>
      assert.throws(() => parsePayloadKeys(text), { code: 'PAYLOAD_KEY_FILE_INVALID', message: problem }));
  }

  it('never quotes text in the place of a key, and does not print keys', () => {
    const secret = newSecret().replaceAll('=', '');
    const around = fc.oneof(fc.constantFrom('', 'a: ', 'a:', ': a', '\na: ', `a: ${first}\n`), fc.string());
    fc.assert(
      fc.property(
        around,
        around,
        fc.constantFrom(secret, secret.slice(1), `${secret}=`, `${secret}AAAA`),
        (before, after, key) => {
          let told: string;
          try {
            told = inspect(parsePayloadKeys(`${before}${key}${after}`), { depth: 5 });
          } catch (error) {
            assert.ok(error instanceof PayloadKeyFileError);
            told = error.message;
          }
          assert.ok(!told.includes(secret.slice(1)), told);
        },
      ),
    );
  });
});

describe('PayloadKeyFile', () => {
  let directory: string;
  let file: string;
  let recorded: RecordedLog;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'payload-keys-'));
    file = join(directory, 'keys');
    writeFileSync(file, `old: ${first}\n`);
    recorded = new RecordedLog();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('names the file that is missing or wrong', () => {
    assert.throws(() => readPayloadKeys('/nowhere/keys'), {
      message: '/nowhere/keys cannot be read (ENOENT); check the path and its mount',
    });
    writeFileSync(file, 'a: b\n');
    assert.throws(() => readPayloadKeys(file), { message: `${file} line 1, key "a": has 0 bytes instead of 32` });
  });

  it('finds a key that was added at once, and encrypts with a new first one soon', async () => {
    const keys = new PayloadKeyFile(file, recorded.log);
    assert.equal(keys.find('new'), undefined);
    replace(`new: ${second}\nold: ${first}\n`);
    assert.equal(keys.find('new')?.secret.export().toString('base64'), second);
    replace(`newest: ${newSecret()}\nnew: ${second}\n`);
    await eventually('the newest key is active', () => keys.active.id === 'newest');
    assert.deepEqual([keys.find('new')?.id, keys.find('old')?.id], ['new', undefined]);
    assert.deepEqual(recorded.of('PayloadKeysReloaded').at(-1), {
      event: 'PayloadKeysReloaded',
      activeKey: 'newest',
      keys: ['newest', 'new'],
    });
  });

  it('keeps its keys, and says so once, while the file is missing or wrong', () => {
    const keys = new PayloadKeyFile(file, recorded.log);
    for (const spoil of [() => replace('old: nonsense'), () => rmSync(file)]) {
      recorded.lines.length = 0;
      spoil();
      assert.deepEqual([keys.find('new'), keys.find('new'), keys.find('old')?.id], [undefined, undefined, 'old']);
      assert.deepEqual([recorded.events, recorded.codes], [['PayloadKeysInvalid'], ['PAYLOAD_KEY_FILE_INVALID']]);
    }
  });

  /** As a mounted Secret changes. */
  function replace(text: string): void {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }
});
