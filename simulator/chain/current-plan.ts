import type { UpgradePlan } from './consensus-options.ts';

/** `Plan.time`, which is no longer used: seconds of the year 1, as Go writes a time that was never set. */
const UNSET_SECONDS = -62_135_596_800n;

/** Field numbers of `cosmos.upgrade.v1beta1.Plan`; the response has the plan as its first. */
const FIELDS = { plan: 1, name: 1, time: 2, seconds: 1, height: 3 } as const;

/** `QueryCurrentPlanResponse` as protobuf. Without a plan it has no bytes. */
export function encodeCurrentPlan(plan: UpgradePlan | undefined): Buffer {
  if (plan === undefined) return Buffer.alloc(0);
  const fields = Buffer.concat([
    bytesField(FIELDS.name, Buffer.from(plan.name)),
    bytesField(FIELDS.time, varintField(FIELDS.seconds, UNSET_SECONDS)),
    varintField(FIELDS.height, BigInt(plan.height)),
  ]);
  return bytesField(FIELDS.plan, fields);
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(BigInt(field * 8 + 2)), varint(BigInt(bytes.length)), bytes]);
}

function varintField(field: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(field * 8)), varint(value)]);
}

/** A negative number has ten bytes. */
function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) + 128);
  return Buffer.from([...bytes, Number(rest)]);
}
