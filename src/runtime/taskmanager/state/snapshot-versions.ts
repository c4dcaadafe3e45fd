// Duty: the version counter by which snapshots and the living state of one backend are told apart.
// Invariants: a snapshot owns the version that was current when it began and `current` moves on at once, so whatever is
// written later carries a higher version. A value whose version is not above `newest` may still be read by a running
// snapshot and must not be changed in place. With no snapshot running `newest` is 0 and every version is above it.
// Thread: the task worker that owns the backend.

export class SnapshotVersions {
  current = 1
  /** Version of the youngest running snapshot; 0 when none runs. */
  newest = 0
  /** Version of the oldest running snapshot; 0 when none runs. */
  oldest = 0
  readonly #running = new Set<number>()

  begin(): number {
    const version = this.current
    this.current += 1
    this.#running.add(version)
    this.#update()
    return version
  }

  release(version: number): void {
    this.#running.delete(version)
    this.#update()
  }

  #update(): void {
    this.newest = this.#running.size === 0 ? 0 : Math.max(...this.#running)
    this.oldest = this.#running.size === 0 ? 0 : Math.min(...this.#running)
  }
}
