import { randomInt } from 'node:crypto';

/** As the API server's for `generateName`: no vowels, and nothing that looks like another character. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
/** Longest part before the suffix, in characters: the whole fits into a label. */
const BASE_LENGTH = 63 - SUFFIX_LENGTH;

/**
 * A name as the API server generates it. It is chosen here, so that the task can be found when the answer to its
 * creation is lost.
 */
export function generatedName(base: string): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${base.slice(0, BASE_LENGTH)}${suffix}`;
}
