/** Key groups `start` to `end`, both included; empty when end < start. */
export interface KeyGroupRange {
  readonly start: number
  readonly end: number
}

export function keyGroupRangeSize(range: KeyGroupRange): number {
  return Math.max(0, range.end - range.start + 1)
}

export function intersectKeyGroups(left: KeyGroupRange, right: KeyGroupRange): KeyGroupRange {
  return { start: Math.max(left.start, right.start), end: Math.min(left.end, right.end) }
}
