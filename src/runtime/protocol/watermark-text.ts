// Duty: a watermark as Flink's metrics write it.
// Invariants: "none yet" and "the end" are the smallest and the greatest long.
// Thread: any.

const MIN_LONG = '-9223372036854775808'
const MAX_LONG = '9223372036854775807'

export function watermarkText(timestamp: number): string {
  if (timestamp === Number.NEGATIVE_INFINITY) return MIN_LONG
  return timestamp === Number.POSITIVE_INFINITY ? MAX_LONG : String(timestamp)
}
