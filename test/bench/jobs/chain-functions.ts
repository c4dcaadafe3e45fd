/** What W1 does to a record, in the job and in the loop. */
import type { BenchRecord } from './bench-records.js'

export function raiseValue(record: BenchRecord): BenchRecord {
  return { id: record.id, key: record.key, value: record.value + 1, ts: record.ts }
}

export function isKept(record: BenchRecord): boolean {
  return record.value % 10 !== 0
}

export function valueOf(record: BenchRecord): number {
  return record.value
}
