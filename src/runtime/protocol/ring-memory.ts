// Duty: the layout of the memory of a ring channel.
//
//   control: int32 words a cache line apart: [tail] slots written, [head] slots read, [waiting] 1 when the writer sleeps,
//            [closed] 1 when the reader reads no more (closed, or at the end of its partition)
//   slots:   header [kind][length in bytes][sequence][flag] int32 each, then the payload
//
// Invariants: only the writer stores tail, only the reader head and closed; tail and head only grow and wrap around at 2^32.
// Thread: allocated on the main thread, used by two workers.
import type { RingMemory } from './task-deployment.js'

const LINE_WORDS = 16
export const TAIL_WORD = 0
/**
 * Always 0: kept for barriers that overtake records, of which there are none so far. The writer counts here those that it has
 * written beside the slots; a reader that has taken fewer takes one before the next slot. In the line of tail, as the writer stores both.
 */
export const PRIORITY_WORD = 1
export const HEAD_WORD: number = LINE_WORDS
export const WAITING_WORD: number = 2 * LINE_WORDS
export const CLOSED_WORD: number = 3 * LINE_WORDS
export const CONTROL_BYTES: number = 4 * LINE_WORDS * 4
export const SLOT_HEADER_BYTES = 16

/** `slotSizeBytes` includes the header. */
export function allocateRing(slotSizeBytes: number, slotCount: number): RingMemory {
  const buffer = new SharedArrayBuffer(CONTROL_BYTES + slotSizeBytes * slotCount)
  return { buffer, slotSizeBytes, slotCount }
}
