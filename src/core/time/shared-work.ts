/** Work that is done once for all who ask for the same while it is under way; who asks afterwards has it done anew. */
export class SharedWork<K, T> {
  readonly #underWay = new Map<K, Promise<T>>()

  of(key: K, begin: () => Promise<T>): Promise<T> {
    const work = this.#underWay.get(key) ?? begin().finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, work)
    return work
  }
}
