import { statSync } from 'node:fs';

/** How often files are checked for changes, in milliseconds. */
const CHECK_MS = 1_000;

export interface WatchedFilesOptions<Value> {
  readonly files: readonly string[];
  /** Reads them. What it throws at the start is thrown by the constructor. */
  readonly read: () => Value;
  /** Called with what a changed file contains. */
  readonly onReload: (value: Value) => void;
  /** Called once for each change after which the files cannot be used. The previous value stays in use. */
  readonly onInvalid: (error: unknown) => void;
}

/** A value from files that operators replace while the process runs. */
export class WatchedFiles<Value> {
  readonly #options: WatchedFilesOptions<Value>;
  #value: Value;
  #version: string;
  #checkedAtMs = Date.now();

  constructor(options: WatchedFilesOptions<Value>) {
    this.#options = options;
    this.#version = versionOf(options.files);
    this.#value = options.read();
  }

  /** As the files had it a second ago at most. */
  get current(): Value {
    return Date.now() - this.#checkedAtMs >= CHECK_MS ? this.reread() : this.#value;
  }

  /** The value after a check for changes, whenever the last one was. */
  reread(): Value {
    this.#checkedAtMs = Date.now();
    const version = versionOf(this.#options.files);
    if (version === this.#version) return this.#value;
    this.#version = version;
    try {
      this.#value = this.#options.read();
      this.#options.onReload(this.#value);
    } catch (error) {
      this.#options.onInvalid(error);
    }
    return this.#value;
  }
}

/** Whether a file has changed: a mounted Secret is replaced by another file. */
function versionOf(files: readonly string[]): string {
  return files
    .map((file) => {
      try {
        const { ino, mtimeMs, size } = statSync(file);
        return `${ino}/${mtimeMs}/${size}`;
      } catch {
        return 'not there';
      }
    })
    .join();
}
