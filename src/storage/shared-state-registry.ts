// Duty: who needs which shared file: retained checkpoints, and checkpoints under way that may build on one of them.
// Invariants: a file goes when its last user has gone, not before. What could not be removed is still known as its user's,
// so that ending the user once more tries again.
// Thread: main thread.

export class SharedStateRegistry {
  readonly #remove: (uri: string) => Promise<void>
  readonly #users = new Map<string, ReadonlySet<string>>()

  constructor(remove: (uri: string) => Promise<void>) {
    this.#remove = remove
  }

  knows(user: string): boolean {
    return this.#users.has(user)
  }

  filesOf(user: string): ReadonlySet<string> {
    return this.#users.get(user) ?? new Set()
  }

  /** The user needs these, and what it needed before. */
  hold(user: string, files: Iterable<string>): void {
    this.#users.set(user, new Set([...this.filesOf(user), ...files]))
  }

  /** The user needs nothing but these any more. */
  async keepOnly(user: string, files: ReadonlySet<string>): Promise<void> {
    const before = this.filesOf(user)
    this.#users.set(user, files)
    const unused = [...before].filter((file) => !this.#isUsed(file))
    for (const file of unused) {
      try {
        await this.#remove(file)
      } catch (error) {
        this.hold(user, unused.slice(unused.indexOf(file)))
        throw error
      }
    }
  }

  /** The user has gone. */
  async release(user: string): Promise<void> {
    await this.keepOnly(user, new Set())
    this.#users.delete(user)
  }

  #isUsed(file: string): boolean {
    for (const files of this.#users.values()) if (files.has(file)) return true
    return false
  }
}
