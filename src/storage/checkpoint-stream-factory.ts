// Duty: the seam through which a task writes its part of a snapshot without knowing where snapshots lie.
// Invariants: a stream yields exactly one handle, or nothing when it was aborted; bytes are durable (synced) before the
// handle is given out. Small state comes back as an inline handle.
// Thread: task workers; the JobMaster writes `_metadata` by other means (checkpoint-storage.ts).
import type { StreamStateHandle } from './state-handles.js'

export interface CheckpointOutputStream {
  /** Bytes written so far. */
  readonly position: number
  /** The bytes are copied or written before the promise resolves, so the caller may reuse its buffer. */
  write(bytes: Uint8Array): Promise<void>
  /** Undefined when nothing was written. */
  closeAndGetHandle(): Promise<StreamStateHandle | undefined>
  /** Closes and removes what was written; may be called at any time, also twice. */
  abort(): Promise<void>
}

/** Later checkpoints may name shared bytes, too; exclusive ones (the default) go with their snapshot. */
export type CheckpointedStateScope = 'EXCLUSIVE' | 'SHARED'

/** Whether bytes that are few are kept in the metadata (the default), or in a file of their own, however few. */
export type InlineState = 'SMALL' | 'NEVER'

export interface CheckpointStreamFactory {
  createStream(scope?: CheckpointedStateScope, inline?: InlineState): Promise<CheckpointOutputStream>
}

/** What a checkpoint may build on. */
export interface IncrementalCheckpoint {
  /** Where its shared files are once it is complete; until then they lie in its own directory. */
  readonly sharedDirectoryUri: string
  /** A completed checkpoint whose shared files stay until this one has ended; undefined when there is none. */
  readonly baseCheckpointId: number | undefined
}

/** Where the parts of one snapshot go: plain data, sent with the trigger. */
export type CheckpointLocation =
  | {
      readonly kind: 'file'
      readonly directoryUri: string
      readonly inlineThresholdBytes: number
      /** The same directory with the key of random characters in it: files of state go where these say, and each elsewhere. */
      readonly entropyUri?: string
      /** Only where parts may say what changed since another checkpoint; savepoints never do. */
      readonly incremental?: IncrementalCheckpoint
    }
  | { readonly kind: 'memory'; readonly maxStateSizeBytes: number }
