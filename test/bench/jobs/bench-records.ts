/** The records of the benchmarks: made by the jobs and by the hand-written loops with the same functions. */
export interface BenchRecord {
  readonly id: number
  readonly key: string
  readonly value: number
  readonly ts: number
}

/**
 * fresh: `'k' + n`; cut: the same keys as a parser gets them, cut out of a text, which leaves nothing in V8's cache of
 * numbers as texts; uuid: 36 characters cut out of a text; array: strings that V8 has hashed; hot:
 * all keys once, then the same hundredth of them again and again; zipf: all keys once, then the n-th most frequent of them with
 * a probability of 1 / n, those of like frequency anywhere among the keys; sequential: all in turn, then again.
 */
export type KeyKind = 'fresh' | 'cut' | 'uuid' | 'array' | 'sequential' | 'hot' | 'zipf'

const UUID_LENGTH = 36

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

/** Makes the next record; `keys` is how many different keys there are. */
export function recordMaker(kind: KeyKind, keys: number, seed: number): (id: number) => BenchRecord {
  const random = makeRandom(seed)
  switch (kind) {
    case 'fresh':
      return (id) => ({ id, key: `k${String(random() % keys)}`, value: random() % 100, ts: id })
    case 'sequential':
      return (id) => ({ id, key: `k${String(id % keys)}`, value: random() % 100, ts: id })
    case 'hot': {
      const hotKeys = Math.ceil(keys / 100)
      return (id) => {
        const n = id < keys ? id : random() % hotKeys
        return { id, key: `k${String(n)}`, value: random() % 100, ts: id }
      }
    }
    case 'zipf': {
      const frequent = zipfNumber(random, keys)
      return (id) => ({ id, key: `k${String(id < keys ? id : frequent())}`, value: random() % 100, ts: id })
    }
    case 'cut': {
      const { text, starts } = keyText(keys)
      return (id) => {
        const n = random() % keys
        return { id, key: text.substring(starts[n] ?? 0, starts[n + 1]), value: random() % 100, ts: id }
      }
    }
    case 'uuid': {
      const text = uuidText(keys)
      return (id) => {
        const start = (random() % keys) * UUID_LENGTH
        return { id, key: text.substring(start, start + UUID_LENGTH), value: random() % 100, ts: id }
      }
    }
    case 'array': {
      const array = hashedKeys(keys)
      return (id) => ({ id, key: array[random() % keys] ?? '', value: random() % 100, ts: id })
    }
  }
}

/** The logarithm of a rank is spread evenly; a prime no number of keys has as a factor takes neighbours apart. */
function zipfNumber(random: () => number, keys: number): () => number {
  const logarithm = Math.log(keys)
  return () => {
    const rank = Math.floor(Math.exp((random() / 2 ** 32) * logarithm))
    return (rank * 48_271) % keys
  }
}

/** All uuids one after the other, as the input of a parser; a flat string. */
function uuidText(keys: number): string {
  const random = makeRandom(4711)
  const hex = (): string => random().toString(16).padStart(8, '0')
  const uuids = Array.from({ length: keys }, () => {
    const middle = hex()
    const last = hex()
    return `${hex()}-${middle.slice(0, 4)}-4${middle.slice(5)}-8${last.slice(1, 4)}-${last.slice(4)}${hex()}`
  })
  return Buffer.from(uuids.join(''), 'latin1').toString('latin1')
}

/** The keys `'k' + n` one after the other, and where each begins; a flat string. */
function keyText(keys: number): { readonly text: string; readonly starts: Uint32Array } {
  const all = Array.from({ length: keys }, (_, n) => `k${String(n)}`)
  const starts = new Uint32Array(keys + 1)
  for (const [n, key] of all.entries()) starts[n + 1] = (starts[n] ?? 0) + key.length
  return { text: Buffer.from(all.join(''), 'latin1').toString('latin1'), starts }
}

/** Being a key of a Map is what makes V8 compute the hash and keep it in the string. */
function hashedKeys(keys: number): string[] {
  return [...new Set(Array.from({ length: keys }, (_, n) => `k${String(n)}`))]
}
