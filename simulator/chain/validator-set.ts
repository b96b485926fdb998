import { createHash } from 'node:crypto';

/** A key as RPC shows it. */
export interface PublicKey {
  type: 'tendermint/PubKeyEd25519';
  /** 32 bytes in base64. */
  value: string;
}

/** Address and key of a node without a validator's key, as seid reports them: those of a key that consists of zeros. */
export const NO_VALIDATOR = identityOf(Buffer.alloc(32));

/** A member of a validator set. */
export interface Member {
  /** 40 hexadecimal digits, upper case. */
  readonly address: string;
  readonly publicKey: PublicKey;
  readonly power: bigint;
}

/** Members in the order in which RPC lists them: by power, then by address. */
export type ValidatorSet = readonly Member[];

/** The address of a key is the beginning of its SHA-256. */
export function identityOf(key: Buffer): Omit<Member, 'power'> {
  const address = createHash('sha256').update(key).digest('hex').slice(0, 40).toUpperCase();
  return { address, publicKey: { type: 'tendermint/PubKeyEd25519', value: key.toString('base64') } };
}

/** The same name has the same key on every chain. */
export function keyOf(validatorName: string): Buffer {
  return createHash('sha256').update(`key of validator ${validatorName}`).digest();
}

export function validatorSet(members: Iterable<Member>): ValidatorSet {
  return [...members].toSorted((one, other) => {
    if (one.power !== other.power) return one.power > other.power ? -1 : 1;
    return one.address < other.address ? -1 : 1;
  });
}

export function powerOf(members: Iterable<{ readonly power: bigint }>): bigint {
  let sum = 0n;
  for (const { power } of members) sum += power;
  return sum;
}
