import { z } from 'zod';
import { guardChecks, guardModes } from './guard-verdicts.ts';

/** Sources that have to agree, unless the spec says otherwise. */
export const DEFAULT_MIN_SOURCES = 2;

export const guardSchema = z.object({
  mode: z
    .enum(guardModes)
    .describe(
      'Off: not evaluated. Warn: evaluated once, an Event says what was found. Enforce: the task waits until the guard allows it.',
    ),
  minSources: z
    .int32()
    .min(1)
    .max(100)
    .meta({ format: 'int32' })
    .optional()
    .describe(`Other nodes of the chain that have to agree on it. Unset: ${DEFAULT_MIN_SOURCES}.`),
  maxDownPercent: z
    .int32()
    .min(1)
    .max(33)
    .meta({ format: 'int32' })
    .optional()
    .describe('Largest share of the voting power that may be down, in percent. Unset: less than a third.'),
});

export const overrideSchema = z.object({
  checks: z
    .array(z.enum(guardChecks))
    .min(1)
    .max(guardChecks.length)
    .describe('Verdicts of the guard that are passed over.'),
  reason: z.string().min(1).max(1024).describe('Why, for the status, the Event and the history.'),
});

export type GuardSpec = z.output<typeof guardSchema>;
export type OverrideSpec = z.output<typeof overrideSchema>;
