import { readFileSync, statSync } from 'node:fs';
import type { Log } from '../api/log.ts';
import { PayloadKeyFileError } from './errors.ts';
import { parsePayloadKeys, type PayloadKey, type PayloadKeys } from './parse-payload-keys.ts';

/** How often the file is checked for changes, in milliseconds. */
const LOOK_MS = 1_000;

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
  readonly #file: string;
  readonly #log: Log;
  #keys: PayloadKeys;
  #version: string;
  #lookedAtMs = Date.now();

  /**
   * @throws PayloadKeyFileError when the file contains no valid keys at the start. When a later version is not valid,
   * the last valid keys stay in use.
   */
  constructor(file: string, log: Log) {
    this.#file = file;
    this.#log = log;
    this.#version = versionOf(file);
    this.#keys = readPayloadKeys(file);
  }

  /** The key that encrypts. */
  get active(): PayloadKey {
    if (Date.now() - this.#lookedAtMs >= LOOK_MS) this.#look();
    return this.#keys.active;
  }

  /** Reads the file again before a key counts as unknown. */
  find(id: string): PayloadKey | undefined {
    const known = this.#keys.byId.get(id);
    if (known !== undefined) return known;
    this.#look();
    return this.#keys.byId.get(id);
  }

  #look(): void {
    this.#lookedAtMs = Date.now();
    const version = versionOf(this.#file);
    if (version === this.#version) return;
    this.#version = version;
    try {
      this.#keys = readPayloadKeys(this.#file);
      this.#log('PayloadKeysReloaded', { activeKey: this.#keys.active.id, keys: [...this.#keys.byId.keys()] });
    } catch (error) {
      this.#log('PayloadKeysInvalid', { error });
    }
  }
}

/** Whether a file has changed: a mounted Secret is replaced by another file. */
function versionOf(file: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino}/${mtimeMs}/${size}`;
  } catch {
    return 'not there';
  }
}
