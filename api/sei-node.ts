import { z } from 'zod';

const peerSource = z.object({
  ec2Tags: z.object({ region: z.string(), tags: z.record(z.string(), z.string()) }).optional(),
  static: z.object({ addresses: z.array(z.string()) }).optional(),
  label: z.looseObject({}).optional(),
});

/**
 * The part of a SeiNode that this service reads (contract §2). Everything else belongs to the controller that
 * owns it. The phase stays text, since that controller may learn phases that we do not know.
 */
export const seiNodeSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    chainId: z.string().optional(),
    image: z.string().optional(),
    peers: z.array(peerSource).optional(),
    validator: z
      .object({
        operatorKeyring: z.object({ secret: z.object({ keyName: z.string().optional() }).optional() }).optional(),
      })
      .optional(),
    fullNode: z.unknown().optional(),
    archive: z.unknown().optional(),
    replayer: z.unknown().optional(),
    seed: z.unknown().optional(),
    /** Read for the guard only, as far as it is a boolean. */
    paused: z.unknown().optional(),
  }),
  status: z
    .object({
      phase: z.string().optional(),
      currentImage: z.string().optional(),
      resolvedPeers: z.array(z.string()).optional(),
      /** These two are read for the guard only, as far as they have the form that it knows. */
      conditions: z.unknown().optional(),
      adoptedWorkflow: z.unknown().optional(),
    })
    .optional(),
});

export type SeiNode = z.output<typeof seiNodeSchema>;
