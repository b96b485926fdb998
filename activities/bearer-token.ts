import { readFile, stat } from 'node:fs/promises';
import { SidecarError } from './errors.ts';

/** What a header accepts: printable ASCII without blanks. */
const TOKEN = /^[!-~]+$/;

/** A token from a file that is rotated from outside: read again when the file has changed, and after a refusal. */
export class BearerToken {
  readonly #file: string;
  #cached: { readonly token: string; readonly modifiedMs: number } | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws SidecarError `SIDECAR_TOKEN_UNREADABLE` when the file cannot be read or is empty. */
  async get(): Promise<string> {
    try {
      const { mtimeMs } = await stat(this.#file);
      if (this.#cached?.modifiedMs !== mtimeMs) {
        this.#cached = { token: (await readFile(this.#file, 'utf8')).trim(), modifiedMs: mtimeMs };
      }
    } catch {
      throw new SidecarError('SIDECAR_TOKEN_UNREADABLE', `token file ${this.#file} cannot be read; check its mount`, {
        mayHaveArrived: false,
      });
    }
    if (this.#cached.token === '') {
      throw new SidecarError('SIDECAR_TOKEN_UNREADABLE', `token file ${this.#file} is empty; check what writes it`, {
        mayHaveArrived: false,
      });
    }
    if (!TOKEN.test(this.#cached.token)) {
      throw new SidecarError(
        'SIDECAR_TOKEN_UNREADABLE',
        `token file ${this.#file} contains more than a token; check what writes it`,
        { mayHaveArrived: false },
      );
    }
    return this.#cached.token;
  }

  /** Makes the next call read the file again, because the sidecar's proxy has refused the token. */
  reset(): void {
    this.#cached = undefined;
  }
}
