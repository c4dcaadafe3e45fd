/** Bytes by bytes, in the order of the keys; a key is a text with a character for each byte. */
export type SortedEntry = readonly [key: string, value: Uint8Array]

interface Chunk {
  readonly keys: string[]
  readonly values: Uint8Array[]
}

const MOST_IN_A_CHUNK = 256

/** Sorted chunks of entries, so that an insertion moves few of them. */
export class SortedEntries {
  readonly #chunks: Chunk[] = [{ keys: [], values: [] }]

  get(key: string): Uint8Array | undefined {
    const { chunk, at } = this.#place(key)
    return chunk.keys[at] === key ? chunk.values[at] : undefined
  }

  set(key: string, value: Uint8Array): void {
    const { index, chunk, at } = this.#place(key)
    const isThere = chunk.keys[at] === key
    chunk.keys.splice(at, isThere ? 1 : 0, key)
    chunk.values.splice(at, isThere ? 1 : 0, value)
    if (chunk.keys.length <= MOST_IN_A_CHUNK) return
    const half = MOST_IN_A_CHUNK / 2
    this.#chunks.splice(index + 1, 0, { keys: chunk.keys.splice(half), values: chunk.values.splice(half) })
  }

  delete(key: string): void {
    const { index, chunk, at } = this.#place(key)
    if (chunk.keys[at] !== key) return
    chunk.keys.splice(at, 1)
    chunk.values.splice(at, 1)
    if (chunk.keys.length === 0 && this.#chunks.length > 1) this.#chunks.splice(index, 1)
  }

  /** Those whose keys begin with the prefix, as they are at the call. */
  startingWith(prefix: string): SortedEntry[] {
    const found: SortedEntry[] = []
    let { index, at } = this.#place(prefix)
    for (let chunk = this.#chunks[index]; chunk !== undefined; chunk = this.#chunks[++index], at = 0) {
      for (; at < chunk.keys.length; at += 1) {
        const key = chunk.keys[at]
        const value = chunk.values[at]
        if (key === undefined || value === undefined || !key.startsWith(prefix)) return found
        found.push([key, value])
      }
    }
    return found
  }

  hasPrefix(prefix: string): boolean {
    const { index, at } = this.#place(prefix)
    const key = this.#chunks[index]?.keys[at] ?? this.#chunks[index + 1]?.keys[0]
    return key?.startsWith(prefix) === true
  }

  all(): SortedEntry[] {
    return this.startingWith('')
  }

  /** Where the key is, or would be. */
  #place(key: string): { readonly index: number; readonly chunk: Chunk; readonly at: number } {
    const index = Math.max(0, firstAbove(this.#chunks.length, (at) => (this.#chunks[at]?.keys[0] ?? '') > key) - 1)
    const chunk = this.#chunks[index] ?? { keys: [], values: [] }
    return { index, chunk, at: firstAbove(chunk.keys.length, (at) => (chunk.keys[at] ?? '') >= key) }
  }
}

/** The first of so many of which the condition holds, and of all after it. */
function firstAbove(count: number, condition: (at: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (condition(middle)) high = middle
    else low = middle + 1
  }
  return low
}
