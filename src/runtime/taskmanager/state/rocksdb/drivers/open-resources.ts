// Duty: what of a store is open, so that it is closed before the store: a native iterator or transaction that outlives its
// database ends the process.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../../core/errors/flink-error.js'

export interface Closable {
  close(): void
}

export class OpenResources {
  readonly #open = new Set<Closable>()
  #isClosed = false

  /** The same resource, known from here on. */
  add<T extends Closable>(resource: T): T {
    this.#open.add(resource)
    return resource
  }

  delete(resource: Closable): void {
    this.#open.delete(resource)
  }

  check(): void {
    if (this.#isClosed) throw new FlinkError('ASSERTION_FAILED', { what: 'a state store was used after it was closed' })
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** The newest first; each takes itself out. */
  closeAll(): void {
    this.#isClosed = true
    for (const resource of [...this.#open].reverse()) resource.close()
  }
}
