import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Log } from '../../api/log.ts';
import { WatchedFiles } from '../../encryption/watched-files.ts';
import { BearerTokensError } from './errors.ts';

/** In characters: 32 of base64 are 192 random bits, which nobody guesses. */
const SHORTEST = 32;
/** What a header accepts: printable ASCII without blanks. */
const TOKEN = /^[!-~]+$/;

/**
 * Reads bearer tokens, one a line. Empty lines and lines that start with `#` are skipped.
 *
 * @returns Their digests.
 * @throws BearerTokensError naming the file and the line.
 */
export function readBearerTokens(file: string): readonly Buffer[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new BearerTokensError(`${file} cannot be read (${code}); check the path and its mount`);
  }
  const tokens: Buffer[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const token = line.trim();
    if (token === '' || token.startsWith('#')) continue;
    if (!TOKEN.test(token) || token.length < SHORTEST)
      throw new BearerTokensError(
        `${file} line ${index + 1} is not a token of at least ${SHORTEST} printable characters without blanks`,
      );
    tokens.push(digestOf(token));
  }
  if (tokens.length > 0) return tokens;
  throw new BearerTokensError(`${file} contains no token; write one a line`);
}

/** Bearer tokens in a file that operators change while the process runs. All of them are accepted. */
export class BearerTokens {
  readonly #digests: WatchedFiles<readonly Buffer[]>;

  /** @throws BearerTokensError at the start. When a later version is not valid, the previous tokens stay in use. */
  constructor(file: string, log: Log) {
    this.#digests = new WatchedFiles({
      files: [file],
      read: () => readBearerTokens(file),
      onReload: () => log('CodecFilesReloaded', { file }),
      onInvalid: (error) => log('CodecFilesInvalid', { file, error }),
    });
  }

  /** Takes the same time for every token of a length, whichever ones the file contains. */
  includes(token: string): boolean {
    const digest = digestOf(token);
    return this.#digests.current.reduce((isKnown, known) => timingSafeEqual(known, digest) || isKnown, false);
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
