// Duty: where the parts of a checkpoint go, as the coordinator announced it.
// Invariants: a barrier may overtake its announcement (they come on different ways): `get` waits for it then. Old
// announcements are forgotten.
// Thread: the task worker; shared by its tasks.
import type { AnnounceCheckpoint } from '../../protocol/master-to-worker.js'

const KEPT = 64

export class CheckpointAnnouncements {
  readonly #known = new Map<number, AnnounceCheckpoint>()
  readonly #waiting = new Map<number, ((announcement: AnnounceCheckpoint) => void)[]>()

  add(announcement: AnnounceCheckpoint): void {
    const { checkpointId } = announcement
    this.#known.set(checkpointId, announcement)
    const [oldest] = this.#known.keys()
    if (this.#known.size > KEPT && oldest !== undefined) this.#known.delete(oldest)
    for (const resolve of this.#waiting.get(checkpointId) ?? []) resolve(announcement)
    this.#waiting.delete(checkpointId)
  }

  find(checkpointId: number): AnnounceCheckpoint | undefined {
    return this.#known.get(checkpointId)
  }

  get(checkpointId: number): Promise<AnnounceCheckpoint> {
    const known = this.#known.get(checkpointId)
    if (known !== undefined) return Promise.resolve(known)
    return new Promise((resolve) => {
      this.#waiting.set(checkpointId, [...(this.#waiting.get(checkpointId) ?? []), resolve])
    })
  }
}
