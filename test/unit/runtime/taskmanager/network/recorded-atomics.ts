/** Stands in for Atomics while a test runs: tells every access before it happens, and wakes who waits at once. */
export class RecordedAtomics {
  /** Called before an access, with what it does (`store tail`). */
  onAccess: (access: string) => void = () => undefined
  readonly #names = new Map<string, string>()
  readonly #buffers: ArrayBufferLike[] = []
  readonly #waiting = new Map<string, () => void>()

  name(buffer: ArrayBufferLike, word: number, name: string): void {
    this.#names.set(this.#keyOf(buffer, word), name)
  }

  /** Runs code that uses the global Atomics. */
  during(run: () => void): void {
    const { Atomics: original } = globalThis
    const replacement = {
      load: (words: Int32Array, index: number) => {
        this.#tell('load', words, index)
        return original.load(words, index)
      },
      store: (words: Int32Array, index: number, value: number) => {
        this.#tell('store', words, index)
        return original.store(words, index, value)
      },
      exchange: (words: Int32Array, index: number, value: number) => {
        this.#tell('exchange', words, index)
        return original.exchange(words, index, value)
      },
      notify: (words: Int32Array, index: number) => {
        const name = this.#tell('notify', words, index)
        const wake = this.#waiting.get(name)
        this.#waiting.delete(name)
        wake?.()
        return wake === undefined ? 0 : 1
      },
      waitAsync: (words: Int32Array, index: number, expected: number) => {
        const name = this.#tell('wait', words, index)
        if (original.load(words, index) !== expected) return { async: false, value: 'not-equal' }
        return { async: true, value: { then: (wake: () => void) => this.#waiting.set(name, wake) } }
      },
    }
    Object.defineProperty(globalThis, 'Atomics', { value: replacement, configurable: true, writable: true })
    try {
      run()
    } finally {
      Object.defineProperty(globalThis, 'Atomics', { value: original, configurable: true, writable: true })
    }
  }

  #tell(operation: string, words: Int32Array, index: number): string {
    const name = this.#names.get(this.#keyOf(words.buffer, index)) ?? 'an unknown word'
    this.onAccess(`${operation} ${name}`)
    return name
  }

  #keyOf(buffer: ArrayBufferLike, word: number): string {
    if (!this.#buffers.includes(buffer)) this.#buffers.push(buffer)
    return `${String(this.#buffers.indexOf(buffer))}:${String(word)}`
  }
}
