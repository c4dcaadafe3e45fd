/**
 * A record as `print()` writes it: arrays in Flink's tuple form `(a,1)`, nested too; strings and numbers plain, BigInt
 * without `n`, other objects as JSON.
 */
export function printFormat(value: unknown): string {
  if (Array.isArray(value)) return `(${(value as unknown[]).map((part) => printFormat(part)).join(',')})`
  if (typeof value === 'object' && value !== null) return formatObject(value)
  return typeof value === 'symbol' ? value.toString() : String(value)
}

function formatObject(value: object): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Map) return JSON.stringify([...(value as Map<unknown, unknown>)], replaceBigInt)
  if (value instanceof Set) return JSON.stringify([...(value as Set<unknown>)], replaceBigInt)
  if (value instanceof Error) return String(value)
  return JSON.stringify(value, replaceBigInt)
}

function replaceBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
