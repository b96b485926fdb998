/** One field of a protobuf message. */
export interface ProtobufField {
  readonly number: number;
  /** A varint as an unsigned 64-bit number, or the bytes of a string or a message. */
  readonly value: bigint | Uint8Array;
}

/** Wire types. The messages that are read here have no others. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const VARINT_BYTES = 10;

/** The fields of one message, in their order. @returns `undefined` when the bytes are not such a message. */
export function protobufFields(bytes: Uint8Array | undefined): readonly ProtobufField[] | undefined {
  if (bytes === undefined) return undefined;
  const fields: ProtobufField[] = [];
  let at = 0;
  while (at < bytes.length) {
    const read = fieldAt(bytes, at);
    if (read === undefined) return undefined;
    fields.push(read.field);
    at = read.end;
  }
  return fields;
}

function fieldAt(bytes: Uint8Array, start: number): { field: ProtobufField; end: number } | undefined {
  const tag = varintAt(bytes, start);
  const read = tag && varintAt(bytes, tag.end);
  if (read === undefined || tag === undefined || tag.value >= 2n ** 32n) return undefined;
  const [number, type] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
  if (type === VARINT) return { field: { number, value: read.value }, end: read.end };
  if (type !== LENGTH_DELIMITED || read.value > bytes.length - read.end) return undefined;
  const end = read.end + Number(read.value);
  return { field: { number, value: bytes.subarray(read.end, end) }, end };
}

function varintAt(bytes: Uint8Array, start: number): { value: bigint; end: number } | undefined {
  let value = 0n;
  for (let index = 0; index < VARINT_BYTES; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: start + index + 1 };
  }
  return undefined;
}
