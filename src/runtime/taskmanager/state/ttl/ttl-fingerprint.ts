// Duty: how the type of a state says that its values have a time to live.
// Thread: any.

const TTL = /^TTL\((.*)\)$/s
const MAP_SEPARATOR = ' => '

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

/** Of a state of whichever kind: as it would be without a time to live. */
export function fingerprintWithoutTtl(fingerprint: string): string {
  const parts = fingerprint.split(MAP_SEPARATOR)
  return [...parts.slice(0, -1), ...parts.slice(-1).map(withoutTtl)].join(MAP_SEPARATOR)
}
