/**
 * What a client with one connection does: asks about many keys at a time, and has their answers in batches, in the order of the
 * questions and `latencyMs` after each. One timer for all that are under way, so that it is the engine that is measured.
 */
export class LookupClient {
  readonly #latencyMs: number
  #keys: string[] = []
  #answers: ((value: number) => void)[] = []
  #askedAt: number[] = []
  #first = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(latencyMs: number) {
    this.#latencyMs = latencyMs
  }

  get(key: string, answer: (value: number) => void): void {
    this.#keys.push(key)
    this.#answers.push(answer)
    this.#askedAt.push(performance.now())
    this.#timer ??= setTimeout(() => {
      this.#answerDue()
    }, this.#latencyMs)
  }

  #answerDue(): void {
    this.#timer = undefined
    const due = performance.now() - this.#latencyMs
    while (this.#first < this.#keys.length && (this.#askedAt[this.#first] ?? 0) <= due) {
      this.#answers[this.#first]?.(this.#keys[this.#first]?.length ?? 0)
      this.#first += 1
    }
    if (this.#first === this.#keys.length) {
      this.#keys = []
      this.#answers = []
      this.#askedAt = []
      this.#first = 0
    } else if (this.#first > 10_000) {
      this.#keys.splice(0, this.#first)
      this.#answers.splice(0, this.#first)
      this.#askedAt.splice(0, this.#first)
      this.#first = 0
    }
    if (this.#keys.length > 0) {
      this.#timer ??= setTimeout(() => {
        this.#answerDue()
      }, 1)
    }
  }
}
