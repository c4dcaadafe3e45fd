// Duty: what the reader side of a source and its coordinator tell each other.
// Invariants: plain data; splits travel as the bytes of their serializer, as both sides have copies of the source of their own.
// Thread: both ends, a task worker each.

export type ToSourceCoordinator =
  | { readonly kind: 'reader-registration'; readonly location: string; readonly splits: readonly Uint8Array[] }
  | { readonly kind: 'split-request'; readonly location: string }
  | { readonly kind: 'source-event'; readonly event: unknown }
  /** How far the subtask's time has come; Infinity where nobody needs to wait for it. */
  | { readonly kind: 'reported-watermark'; readonly watermarkMs: number }

export type ToSourceReader =
  | { readonly kind: 'add-splits'; readonly splits: readonly Uint8Array[] }
  | { readonly kind: 'no-more-splits' }
  | { readonly kind: 'source-event'; readonly event: unknown }
  /** The reader pauses where its time is greater. */
  | { readonly kind: 'watermark-alignment'; readonly maxWatermarkMs: number }
  | { readonly kind: 'processing-backlog'; readonly isProcessingBacklog: boolean }
