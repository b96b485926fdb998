import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { Log } from '../api/log.ts';
import { EncryptionCodec } from './encryption-codec.ts';
import { PayloadKeyFile } from './payload-key-file.ts';

const FAILURE_CONVERTER = fileURLToPath(new URL('failure-converter.ts', import.meta.url));

/**
 * How payloads are written to and read from Temporal.
 *
 * @param keyFile - Unset: in the clear.
 * @throws PayloadKeyFileError
 */
export function dataConverterFor(keyFile: string | undefined, log: Log): DataConverter {
  if (keyFile === undefined) return { payloadCodecs: [new EncryptionCodec(undefined)] };
  return {
    payloadCodecs: [new EncryptionCodec(new PayloadKeyFile(keyFile, log))],
    failureConverterPath: FAILURE_CONVERTER,
  };
}
