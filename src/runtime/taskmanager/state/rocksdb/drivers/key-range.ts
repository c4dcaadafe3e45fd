// Duty: bounds of the keys that begin with a prefix.
// Thread: any.

/** The smallest key after all that begin with the prefix; undefined where there is none. */
export function endOfPrefix(prefix: Uint8Array): Uint8Array | undefined {
  const last = prefix.findLastIndex((byte) => byte !== 0xff)
  if (last === -1) return undefined
  // A Buffer would share its bytes with what slice() gives.
  const end = new Uint8Array(prefix.subarray(0, last + 1))
  end[last] = (end[last] ?? 0) + 1
  return end
}
