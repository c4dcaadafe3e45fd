import type { KeyGroupRange } from './key-group-range.js'
import { murmurHash } from './murmur-hash.js'

const LOWEST_MAX_PARALLELISM = 128
export const HIGHEST_MAX_PARALLELISM = 32768

/** Key group of a key's hash, as Flink's KeyGroupRangeAssignment. */
export function keyGroupForHash(hash: number, maxParallelism: number): number {
  return murmurHash(hash) % maxParallelism
}

/** Which of `parallelism` subtasks owns the key group. */
export function operatorIndexForKeyGroup(maxParallelism: number, parallelism: number, keyGroup: number): number {
  return Math.floor((keyGroup * parallelism) / maxParallelism)
}

/** The key groups of one subtask. */
export function keyGroupRangeForOperatorIndex(
  maxParallelism: number,
  parallelism: number,
  operatorIndex: number,
): KeyGroupRange {
  const start = Math.floor((operatorIndex * maxParallelism + parallelism - 1) / parallelism)
  const end = Math.floor(((operatorIndex + 1) * maxParallelism - 1) / parallelism)
  return { start, end }
}

/** Max parallelism of an operator that declares none: 1.5 times its parallelism, rounded up to a power of two, at least 128. */
export function computeDefaultMaxParallelism(parallelism: number): number {
  const wanted = 2 ** Math.ceil(Math.log2(parallelism + Math.floor(parallelism / 2)))
  return Math.min(Math.max(wanted, LOWEST_MAX_PARALLELISM), HIGHEST_MAX_PARALLELISM)
}
