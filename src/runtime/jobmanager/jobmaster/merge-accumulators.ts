// Duty: one result an accumulator name, out of what the subtasks' functions accumulated.
// Invariants: numbers and bigints are added, lists are joined in subtask order, anything else keeps the last value.
// Thread: main thread.

type Accumulators = Readonly<Record<string, unknown>>

export function mergeAccumulators(parts: readonly Accumulators[]): Record<string, unknown> {
  const merged: Record<string, unknown> = {}
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) merged[name] = merge(merged[name], value)
  }
  return merged
}

function merge(left: unknown, right: unknown): unknown {
  if (typeof left === 'number' && typeof right === 'number') return left + right
  if (typeof left === 'bigint' && typeof right === 'bigint') return left + right
  if (Array.isArray(left) && Array.isArray(right)) return [...(left as unknown[]), ...(right as unknown[])]
  return right
}
