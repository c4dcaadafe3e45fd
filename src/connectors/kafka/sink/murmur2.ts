/**
 * Kafka's hash of keys, which decides their partition: equal keys written from anywhere have to meet in one. The client's own works with
 * BigInt, a hundred times as slow.
 */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length
  let hash = 0x9747b28c ^ length
  const whole = length & ~3
  for (let at = 0; at < whole; at += 4) {
    let word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    word = Math.imul(word, 0x5bd1e995)
    word ^= word >>> 24
    hash = Math.imul(hash, 0x5bd1e995) ^ Math.imul(word, 0x5bd1e995)
  }
  if (length > whole) {
    for (let at = length - 1; at >= whole; at -= 1) hash ^= (bytes[at] as number) << ((at - whole) * 8)
    hash = Math.imul(hash, 0x5bd1e995)
  }
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0x5bd1e995)
  return hash ^ (hash >>> 15)
}

/** As Kafka's default partitioner does for a record with a key. */
export function partitionOfKey(key: Uint8Array, numPartitions: number): number {
  return (murmur2(key) & 0x7fffffff) % numPartitions
}
