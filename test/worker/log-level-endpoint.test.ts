import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LogLevelName } from '../../api/log.ts';
import { answerLogLevel } from '../../worker/log-level-endpoint.ts';

async function* body() {
  yield Buffer.from('DEBUG');
}

/** @returns The status of the answer to `PUT DEBUG`, and the level after it. */
async function putFrom(remoteAddress: string | undefined): Promise<[status: number | undefined, level: LogLevelName]> {
  const log = { level: 'INFO' as LogLevelName };
  let status: number | undefined;
  const response = {
    writeHead(code: number) {
      status = code;
      return this;
    },
    end: () => undefined,
  };
  const request = Object.assign(body(), { method: 'PUT', socket: { remoteAddress } });
  await answerLogLevel(request as unknown as IncomingMessage, response as unknown as ServerResponse, log);
  return [status, log.level];
}

describe('the log level', () => {
  for (const address of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1']) {
    it(`can be changed from ${address}`, async () => {
      assert.deepEqual(await putFrom(address), [200, 'DEBUG']);
    });
  }

  for (const address of ['10.0.0.7', '192.168.127.1', '::ffff:10.0.0.7', 'fd00::1', '::2', '', undefined]) {
    it(`cannot be changed from ${address}`, async () => {
      assert.deepEqual(await putFrom(address), [403, 'INFO']);
    });
  }
});
