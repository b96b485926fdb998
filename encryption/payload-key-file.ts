import { readFileSync } from 'node:fs';
import type { Log } from '../api/log.ts';
import { PayloadKeyFileError } from './errors.ts';
import { parsePayloadKeys, type PayloadKey, type PayloadKeys } from './parse-payload-keys.ts';
import { WatchedFiles } from './watched-files.ts';

/** @throws PayloadKeyFileError naming the file and the problem. */
export function readPayloadKeys(file: string): PayloadKeys {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new PayloadKeyFileError(
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path and its mount`,
    );
  }
  try {
    return parsePayloadKeys(text);
  } catch (error) {
    throw new PayloadKeyFileError(`${file} ${(error as Error).message}`);
  }
}

/** Payload keys in a file that operators change while the process runs. */
export class PayloadKeyFile {
  readonly #keys: WatchedFiles<PayloadKeys>;

  /**
   * @throws PayloadKeyFileError when the file contains no valid keys at the start. When a later version is not valid,
   * the last valid keys stay in use.
   */
  constructor(file: string, log: Log) {
    this.#keys = new WatchedFiles({
      files: [file],
      read: () => readPayloadKeys(file),
      onReload: ({ active, byId }) => log('PayloadKeysReloaded', { activeKey: active.id, keys: [...byId.keys()] }),
      onInvalid: (error) => log('PayloadKeysInvalid', { error }),
    });
  }

  /** The key that encrypts. */
  get active(): PayloadKey {
    return this.#keys.current.active;
  }

  /** Reads the file again before a key counts as unknown. */
  find(id: string): PayloadKey | undefined {
    return this.#keys.current.byId.get(id) ?? this.#keys.reread().byId.get(id);
  }
}
