/**
 * What the sidecar reads of a body, byte for byte (contract §3): it decodes the first JSON value with Go's
 * encoding/json and looks at nothing behind it. Holds for both versions, and with `SIDECAR_CONTRACT_URL` for a real
 * sidecar.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { startFleet, type Fleet } from '../../simulator/fleet.ts';
import { realSidecar } from './real-sidecar.ts';
import { SidecarClient, type RawAnswer } from './sidecar-client.ts';

const INVALID = 'invalid request body';
/** The first check after the body and its type: whatever is refused with this was read. */
const READ = 'task ID must be a valid UUID: "x"';

/** The error as Go's encoder writes it. */
function refusal(error: string): RawAnswer {
  const text = JSON.stringify({ error }).replace(
    /[<>&]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
  return { status: 400, contentType: 'application/json', text: `${text}\n` };
}

describe('a body that is posted', () => {
  let fleet: Fleet | undefined;
  let client: SidecarClient;

  before(async () => {
    if (realSidecar === undefined) {
      fleet = await startFleet();
      client = new SidecarClient((await fleet.addNode({ namespace: 'default', name: 'node' })).url);
    } else client = new SidecarClient(realSidecar);
  });
  after(() => fleet?.close());

  for (const [what, body, error] of [
    ['no JSON', '{', INVALID],
    ['no body', '', INVALID],
    ['white space', ' \n', INVALID],
    ['a byte order mark', '\u{FEFF}{"type":"mark-ready","id":"x"}', INVALID],
    ['a form feed as white space', '\f{"type":"mark-ready","id":"x"}', INVALID],
    ['a list', '[]', INVALID],
    ['a text', '"mark-ready"', INVALID],
    ['a number', '5', INVALID],
    ['null', 'null', 'type is required'],
    ['null and garbage', 'nullx', 'type is required'],
    ['an id that is not a string', '{"type":"mark-ready","id":5}', INVALID],
    ['a type that is not a string', '{"type":["mark-ready"],"id":"x"}', INVALID],
    ['params that are a list', '{"type":"mark-ready","id":"x","params":[]}', INVALID],
    ['params that are a number', '{"type":"mark-ready","id":"x","params":7}', INVALID],
    ['params that are null', '{"type":"mark-ready","id":"x","params":null}', READ],
    ['a comma too much', '{"type":"mark-ready","id":"x",}', INVALID],
    ['a number with a leading zero', '{"type":"mark-ready","id":"x","colour":01}', INVALID],
    ['a number beyond float64', '{"type":"mark-ready","id":"x","params":{"a":[1e400]}}', INVALID],
    ['a number beyond float64 where nobody looks', '{"type":"mark-ready","id":"x","colour":1e400}', READ],
    ['a control character', '{"type":"mark-ready","id":"x","colour":"\u0007"}', INVALID],
    ['garbage after the value', '{"type":"mark-ready","id":"x"} garbage', READ],
    ['braces after the value', '{"type":"mark-ready","id":"x"}}}', READ],
    ['white space before the value', ' \t\r\n{"type":"mark-ready","id":"x"}', READ],
    ['unknown fields', '{"type":"mark-ready","id":"x","colour":{"a":[1,null]}}', READ],
    ['keys in any case', '{"TYPE":"mark-ready","Id":"x","PARAMS":{}}', READ],
    ['params, in any case, that are not an object', '{"type":"mark-ready","id":"x","pArams":7}', INVALID],
    ['a key with a long s, which is another case of s', '{"type":"mark-ready","id":"x","param\u017F":7}', INVALID],
    ['a key twice: the last counts', '{"type":"nope","Type":"mark-ready","id":"y","id":"x"}', READ],
    ['a key twice, then null', '{"type":"mark-ready","type":null,"id":"x"}', READ],
    ['no type', '{"id":"x"}', 'type is required'],
    ['a type that is empty', '{"type":"","id":"x"}', 'type is required'],
    ['an unknown type, before it looks at the id', '{"id":"x","type":"restart-pod"}', 'unknown task type: restart-pod'],
    ['an unknown type with characters of HTML', '{"type":"<&>"}', 'unknown task type: <&>'],
    ['an id that is not a UUID', '{"id":"x","type":"mark-ready"}', READ],
    [
      'an id to be quoted as Go does',
      String.raw`{"type":"mark-ready","id":"\u0007\b\f\n\r\t\u000b\"\\\u007f\u00a0\u00e9\ufeff\ue000\ud83d\ude00"}`,
      String.raw`task ID must be a valid UUID: "\a\b\f\n\r\t\v\"\\\x7f\u00a0é\ufeff\ue000` + '\u{1F600}"',
    ],
    [
      'half of a surrogate pair',
      String.raw`{"type":"mark-ready","id":"\ud800"}`,
      'task ID must be a valid UUID: "\u{FFFD}"',
    ],
    [
      'a UUID with a space',
      '{"type":"mark-ready","id":" 1111111-1111-4111-8111-111111111114"}',
      'task ID must be a valid UUID: " 1111111-1111-4111-8111-111111111114"',
    ],
  ] as const) {
    it(`${what}: 400 ${error}`, async () => {
      assert.deepEqual(await client.send('POST', '/v0/tasks', body), refusal(error));
    });
  }

  it('bytes that are not UTF-8 become replacement characters', async () => {
    const body = Buffer.concat([Buffer.from('{"type":"mark-ready","id":"a'), Buffer.from([0xff]), Buffer.from('b"}')]);
    assert.deepEqual(
      await client.send('POST', '/v0/tasks', body),
      refusal('task ID must be a valid UUID: "a\u{FFFD}b"'),
    );
  });

  for (const [what, id] of [
    ['as usual', randomUUID()],
    ['in capitals', randomUUID().toUpperCase()],
    ['without hyphens', randomUUID().replaceAll('-', '')],
    ['as a URN', `URN:uuid:${randomUUID()}`],
    ['in braces', `{${randomUUID()}}`],
    ['between any two characters', `x${randomUUID()}y`],
  ] as const) {
    it(`takes a UUID ${what}, and keeps it as it is`, async () => {
      const answer = await client.post({ type: 'mark-ready', id });
      assert.deepEqual(answer, { status: 201, contentType: 'application/json', text: `{"id":"${id}"}\n` });
      assert.equal((await client.ended(id)).id, id);
      await client.send('DELETE', `/v0/tasks/${encodeURIComponent(id)}`);
    });
  }

  it('shows params with sorted keys, the objects of two keys merged, and numbers as float64', async () => {
    const params =
      '"params":{"b":1,"a":{"10":1.0,"9":2},"a":{"k":1e2,"10":1.0,"9":-0,"z":1e21,"w":9007199254740993,"v":1e-7,"__proto__":[]}}';
    const more = String.raw`"PARAMS":{"c":"<&>\u2028\ud800 \u0007\b\u007f","d":null}`;
    const id = randomUUID();
    await client.send('POST', '/v0/tasks', `{"id":"${id}","type":"mark-ready",${params},${more}} garbage`);
    const { submittedAt, completedAt } = await client.ended(id);
    const shown =
      String.raw`{"a":{"10":1,"9":-0,"__proto__":[],"k":100,"v":1e-7,"w":9007199254740992,"z":1e+21},"b":1,"c":"\u003c\u0026\u003e\u2028` +
      '\u{FFFD} ' +
      String.raw`\u0007\b` +
      '\u007F","d":null}';
    assert.equal(
      (await client.get(`/v0/tasks/${id}`)).text,
      `{"id":"${id}","type":"mark-ready","status":"completed","run":1,"params":${shown},"submittedAt":"${submittedAt}","completedAt":"${completedAt}"}\n`,
    );
  });
});
