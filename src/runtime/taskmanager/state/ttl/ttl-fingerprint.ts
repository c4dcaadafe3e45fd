// Duty: how the type of a state says that its values have a time to live.
// Thread: any.

const TTL = /^TTL\((.*)\)$/s

export function ttlFingerprint(inner: string): string {
  return `TTL(${inner})`
}

/** Of a value, a list's element or a map's value. */
export function isTtlFingerprint(fingerprint: string): boolean {
  return TTL.test(fingerprint)
}

export function withoutTtl(fingerprint: string): string {
  return TTL.exec(fingerprint)?.[1] ?? fingerprint
}
