// Duty: whether bytes begin with others.
// Thread: any.

/** Compared from the end: keys of one state differ there. */
export function beginsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length < prefix.length) return false
  for (let at = prefix.length - 1; at >= 0; at -= 1) if (bytes[at] !== prefix[at]) return false
  return true
}
