const POLYNOMIAL = 0x82f63b78

/** Eight tables: eight bytes a step, about five times as fast as one byte a step. */
const TABLES: readonly Int32Array[] = makeTables()

function makeTables(): Int32Array[] {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256))
  const at = (table: number, index: number): number => tables[table]?.[index] ?? 0
  for (let index = 0; index < 256; index += 1) {
    let crc = index
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    tables[0]?.fill(crc, index, index + 1)
  }
  for (let table = 1; table < 8; table += 1) {
    for (let index = 0; index < 256; index += 1) {
      const previous = at(table - 1, index)
      tables[table]?.fill((previous >>> 8) ^ at(0, previous & 0xff), index, index + 1)
    }
  }
  return tables
}

/** CRC-32C (Castagnoli) of the bytes, as an unsigned number; `seed` continues an earlier one. */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ]
  const byte = (index: number): number => bytes[index] as number
  const of = (table: Int32Array, index: number): number => table[index & 0xff] as number
  let crc = ~seed
  let index = 0
  const wide = bytes.length - 8
  for (; index <= wide; index += 8) {
    const low = crc ^ (byte(index) | (byte(index + 1) << 8) | (byte(index + 2) << 16) | (byte(index + 3) << 24))
    crc =
      of(t7, low) ^
      of(t6, low >>> 8) ^
      of(t5, low >>> 16) ^
      of(t4, low >>> 24) ^
      of(t3, byte(index + 4)) ^
      of(t2, byte(index + 5)) ^
      of(t1, byte(index + 6)) ^
      of(t0, byte(index + 7))
  }
  for (; index < bytes.length; index += 1) crc = (crc >>> 8) ^ of(t0, crc ^ byte(index))
  return ~crc >>> 0
}
