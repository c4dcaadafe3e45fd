// Duty: says that a record is larger than a channel carries; the RecordWriter, which knows the operator, names it.
// Invariants: sizes are in bytes, as serialized.
// Thread: the producing task's worker.

export class RecordTooLargeError extends Error {
  override readonly name: string = 'RecordTooLargeError'
  readonly sizeBytes: number
  readonly limitBytes: number

  constructor(sizeBytes: number, limitBytes: number) {
    super(`a record has ${String(sizeBytes)} bytes, the limit is ${String(limitBytes)}`)
    this.sizeBytes = sizeBytes
    this.limitBytes = limitBytes
  }
}
