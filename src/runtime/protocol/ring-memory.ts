// Duty: the layout of the memory of a ring channel.
//   control: int32 words a cache line apart: [tail] slots written, [head] slots read, [waiting] 1 when the writer sleeps,
//            [closed] 1 when the reader reads no more (closed, or at the end of its partition)
//   slots:   header [kind][length in bytes][sequence][flag] int32 each, then the payload
//   area:    [place][length in bytes] int32 each, then a barrier: only where the job may take unaligned checkpoints
// Invariants: only the writer stores tail, only the reader head and closed; tail and head only grow and wrap around at 2^32.
// Thread: allocated on the main thread, used by two workers.
import type { RingMemory } from './task-deployment.js'

const LINE_WORDS = 16
export const TAIL_WORD = 0
/**
 * Counts by two the barriers that were announced in the area, and is odd while one is written. A reader that has taken another
 * number takes the announcement before the next slot. In the line of tail, as the writer stores both.
 */
export const PRIORITY_WORD = 1
export const HEAD_WORD: number = LINE_WORDS
export const WAITING_WORD: number = 2 * LINE_WORDS
export const CLOSED_WORD: number = 3 * LINE_WORDS
export const CONTROL_BYTES: number = 4 * LINE_WORDS * 4
export const SLOT_HEADER_BYTES = 16

/** Number of the first slot after the barrier, and how many bytes the barrier has. */
export const AREA_HEADER_WORDS = 2
const WORD_BYTES = 4

/**
 * `slotSizeBytes` includes the header. `announcedBytes`: the largest barrier that may overtake records here; 0, the default:
 * none may. One that is larger goes among the records.
 */
export function allocateRing(slotSizeBytes: number, slotCount: number, announcedBytes = 0): RingMemory {
  const slotsEnd = areaStart({ slotSizeBytes, slotCount })
  if (announcedBytes === 0) return { buffer: new SharedArrayBuffer(slotsEnd), slotSizeBytes, slotCount }
  const areaBytes = AREA_HEADER_WORDS * WORD_BYTES + wholeWords(announcedBytes)
  return { buffer: new SharedArrayBuffer(slotsEnd + areaBytes), slotSizeBytes, slotCount, announcedBytes }
}

/** Where the area lies, from the start of the memory. */
export function areaStart({ slotSizeBytes, slotCount }: Pick<RingMemory, 'slotSizeBytes' | 'slotCount'>): number {
  return wholeWords(CONTROL_BYTES + slotSizeBytes * slotCount)
}

function wholeWords(bytes: number): number {
  return WORD_BYTES * Math.ceil(bytes / WORD_BYTES)
}
