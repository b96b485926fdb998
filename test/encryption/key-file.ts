import { randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A line with a new key. */
export function newKey(id: string): string {
  return `${id}: ${randomBytes(32).toString('base64')}`;
}

/** A key file of a test's own, replaced as a mounted Secret is. */
export class KeyFile implements Disposable {
  readonly path: string;
  readonly #directory = mkdtempSync(join(tmpdir(), 'key-file-'));

  constructor(...lines: string[]) {
    this.path = join(this.#directory, 'keys');
    this.write(...lines);
  }

  write(...lines: string[]): void {
    writeFileSync(`${this.path}.new`, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    renameSync(`${this.path}.new`, this.path);
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true });
  }
}
