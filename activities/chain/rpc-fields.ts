import { z } from 'zod';

/** RFC 3339, as Go writes a time: with up to nine digits below the second. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** A whole number that counts something, at least 1: a JSON string, as CometBFT writes int64, or a JSON number. */
export const countField = z.union([
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number),
  z.int().positive(),
]);

/** Voting power, an int64 that is not negative, as a decimal string. A JSON number must be exact. */
export const powerField = z.union([
  z
    .string()
    .regex(/^(0|[1-9]\d{0,18})$/, { abort: true })
    .refine((digits) => BigInt(digits) < 2n ** 63n),
  z.int().nonnegative().transform(String),
]);

/** The address of a validator: 40 hexadecimal digits, upper case. */
export const addressField = z
  .string()
  .regex(/^[\dA-Fa-f]{40}$/)
  .toUpperCase();

/** A hash, upper case. Empty: there is none. */
export const hashField = z
  .string()
  .regex(/^([\dA-Fa-f]{2}){0,64}$/)
  .toUpperCase();

/** A time in milliseconds since the epoch. Unset: it is not a time. */
export const timeField = z
  .string()
  .regex(TIME)
  .transform((text) => Date.parse(text))
  .refine((milliseconds) => !Number.isNaN(milliseconds))
  .optional()
  .catch(undefined);
