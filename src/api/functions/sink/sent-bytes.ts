/** More than this is not kept: the sink's task then starts again from its checkpoint. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024

/**
 * What was sent since the last checkpoint that is complete, to be sent again over another connection. It forgets all of it where
 * that is too much to keep; then `whole` is false until the next checkpoint.
 */
export class SentBytes {
  #pieces: { readonly bytes: Uint8Array; readonly checkpointId: number }[] = []
  #sizeBytes = 0
  /** The newest checkpoint whose snapshot was taken. */
  #checkpointId = 0
  /** Of the newest piece that was forgotten: up to this checkpoint something is missing. */
  #missingUpTo = -1

  add(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.length
    this.#pieces.push({ bytes, checkpointId: this.#checkpointId })
    if (this.#sizeBytes <= MAX_KEPT_BYTES) return
    this.#missingUpTo = this.#checkpointId
    this.#pieces = []
    this.#sizeBytes = 0
  }

  snapshotTaken(checkpointId: number): void {
    this.#checkpointId = checkpointId
  }

  /** What was sent before its snapshot will not come again, whatever happens. */
  checkpointCompleted(checkpointId: number): void {
    this.#pieces = this.#pieces.filter((piece) => piece.checkpointId >= checkpointId)
    this.#sizeBytes = this.#pieces.reduce((sum, { bytes }) => sum + bytes.length, 0)
    if (this.#missingUpTo < checkpointId) this.#missingUpTo = -1
  }

  /** False where the bytes that are kept are not all that must be sent again. */
  get isWhole(): boolean {
    return this.#missingUpTo < 0
  }

  get pieces(): readonly Uint8Array[] {
    return this.#pieces.map(({ bytes }) => bytes)
  }
}
