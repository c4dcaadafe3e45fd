/** The record of every benchmark row. */
export interface BenchRecord {
  readonly id: number
  readonly key: string
  readonly value: number
  readonly ts: number
}

/** Numbers that look random and are the same in every run. */
export function makeRandom(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** A record with a fresh key string, as a parser makes them. */
export function makeRecord(id: number, random: () => number, keys: number): BenchRecord {
  return { id, key: `k${String(random() % keys)}`, value: random() % 100, ts: id }
}
