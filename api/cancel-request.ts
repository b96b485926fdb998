import { z } from 'zod';

/** Argument of the update `cancel`: why, for the verdict. */
export const cancelRequestSchema = z.object({ why: z.string().optional() });

export type CancelRequest = z.output<typeof cancelRequestSchema>;
