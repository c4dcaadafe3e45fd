// Duty: how full a ring channel is, for those who hold neither end of it.
// Invariants: looks only; the number is that of one moment and may be old when it is used.
// Thread: any.
import { CLOSED_WORD, HEAD_WORD, TAIL_WORD } from './ring-memory.js'
import type { RingMemory } from './task-deployment.js'

/** Slots that were written and will be read. */
export function queuedSlots(memory: RingMemory): number {
  const control = new Int32Array(memory.buffer)
  if (Atomics.load(control, CLOSED_WORD) === 1) return 0
  return (Atomics.load(control, TAIL_WORD) - Atomics.load(control, HEAD_WORD)) | 0
}
