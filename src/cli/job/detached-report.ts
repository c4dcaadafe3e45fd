import type { SerializedError } from '../../core/errors/error-codec.js'

/** What the detached process tells the command that started it. */
export interface DetachedReport {
  readonly jobId: string
  readonly warnings: readonly string[]
  readonly notes: readonly string[]
  readonly error: SerializedError | undefined
  /** Of an upgrade: what the job began from. */
  readonly savepoint?: string | undefined
}

/** What it says before that, of an upgrade. */
export interface DetachedLine {
  readonly stream: 'stdout' | 'stderr'
  readonly line: string
}
