// Duty: whether `merge` of an aggregation gives what `add` gives. Windows that merge nothing never call it, so there are jobs
// in which it throws or gives one of its arguments: their windows share no panes.
// Invariants: what is compared is what the job would see, results. Numbers may differ in their last bits.
// Thread: the task worker that owns the operator.
import type { ContentsFold } from './contents-fold.js'

const TOLERANCE = 1e-9

/** Tried with copies of one record: three times added, and merged of one and two of it. */
export function mergesAsItAdds(fold: ContentsFold, copyOfRecord: () => unknown): boolean {
  try {
    const added = times(fold, copyOfRecord, 3)
    const merged = fold.merge(times(fold, copyOfRecord, 1), times(fold, copyOfRecord, 2))
    return isNear(fold.result(added), fold.result(merged))
  } catch {
    return false
  }
}

function times(fold: ContentsFold, copyOfRecord: () => unknown, count: number): unknown {
  let held: unknown
  for (let added = 0; added < count; added += 1) held = fold.add(held, copyOfRecord())
  return held
}

function isNear(left: unknown, right: unknown): boolean {
  if (typeof left === 'number' && typeof right === 'number') {
    return Object.is(left, right) || Math.abs(left - right) <= TOLERANCE * Math.max(Math.abs(left), Math.abs(right))
  }
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false
  if (left instanceof Date) return left.getTime() === (right as Date).getTime()
  if (left instanceof Map || left instanceof Set) return isNear([...left], [...(right as Iterable<unknown>)])
  const entries = Object.entries(left)
  if (entries.length !== Object.keys(right).length) return false
  return entries.every(([name, part]) => isNear(part, Reflect.get(right, name)))
}
