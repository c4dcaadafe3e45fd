const CIRCULAR = '[Circular]'

/**
 * A record as `print()` writes it: arrays in Flink's tuple form `(a,1)`, nested too; strings and numbers plain, BigInt
 * without `n`, other objects as JSON.
 */
export function printFormat(value: unknown): string {
  if (Array.isArray(value)) return formatTuple(value, [])
  if (typeof value === 'object' && value !== null) return formatObject(value)
  return typeof value === 'symbol' ? value.toString() : String(value)
}

/** `around`: the tuples that this one is in. */
function formatTuple(tuple: readonly unknown[], around: readonly unknown[]): string {
  if (around.includes(tuple)) return CIRCULAR
  const inner = [...around, tuple]
  return `(${tuple.map((part) => (Array.isArray(part) ? formatTuple(part, inner) : printFormat(part))).join(',')})`
}

function formatObject(value: object): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Error || value instanceof RegExp) return String(value)
  return JSON.stringify(value, jsonReplacer())
}

/** What JSON has no form for: BigInt, Map and Set, and an object inside itself. */
function jsonReplacer(): (this: unknown, key: string, value: unknown) => unknown {
  const path: { readonly source: object; readonly written: object }[] = []
  return function (_key, value) {
    // `this` holds the value: what was entered since then is not around it.
    while (path.length > 0 && path.at(-1)?.written !== this) path.pop()
    if (typeof value === 'bigint') return value.toString()
    if (typeof value !== 'object' || value === null) return value
    if (path.some(({ source }) => source === value)) return CIRCULAR
    const written = value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value
    path.push({ source: value, written })
    return written
  }
}
