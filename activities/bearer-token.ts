import { readFile, stat } from 'node:fs/promises';
import { SidecarError } from './errors.ts';

/** What a header accepts: printable ASCII without blanks. */
const TOKEN = /^[!-~]+$/;

/** The file is looked at this often at most, in milliseconds: a thousand polls a second need the token. */
const CHECK_MS = 1_000;

/** A token from a file that is rotated from outside: read again when the file has changed, and after a refusal. */
export class BearerToken {
  readonly #file: string;
  readonly #now: () => number;
  #cached: { readonly token: string; readonly modifiedMs: number } | undefined;
  #checkedAtMs = Number.NEGATIVE_INFINITY;

  /** @param now - A monotonic clock, in milliseconds. */
  constructor(file: string, now: () => number = () => performance.now()) {
    this.#file = file;
    this.#now = now;
  }

  /**
   * The token, as the file had it a second ago at most.
   *
   * @throws SidecarError `SIDECAR_TOKEN_UNREADABLE` when the file cannot be read or is empty.
   */
  async get(): Promise<string> {
    if (this.#cached !== undefined && this.#now() < this.#checkedAtMs + CHECK_MS) return this.#cached.token;
    const checkedAtMs = this.#now();
    const token = await this.#read();
    this.#checkedAtMs = checkedAtMs;
    return token;
  }

  async #read(): Promise<string> {
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
    this.#checkedAtMs = Number.NEGATIVE_INFINITY;
  }
}
