// Duty: cuts the network memory into channels.
// Invariants: every channel has at least two slots, so that one is filled while the other is read; many channels get
// smaller slots, never more memory than the budget, control words included, as long as the smallest layout fits into it.
// Thread: main thread.
import { CONTROL_BYTES } from './ring-memory.js'

const MIN_SLOT_BYTES = 1024
const MIN_SLOTS = 2
const MAX_SLOTS = 16

export interface NetworkMemoryRequest {
  readonly budgetBytes: number
  readonly channels: number
  readonly preferredSlotSizeBytes: number
  /** Of each channel for barriers that overtake records; none by default. */
  readonly announcedBytes?: number
}

export function planNetworkMemory(request: NetworkMemoryRequest): { slotSizeBytes: number; slotCount: number } {
  const besideSlots = CONTROL_BYTES + (request.announcedBytes ?? 0)
  const perChannel = Math.max(0, Math.floor(request.budgetBytes / Math.max(1, request.channels)) - besideSlots)
  const preferred = alignDown(Math.max(MIN_SLOT_BYTES, request.preferredSlotSizeBytes))
  const slotCount = Math.min(MAX_SLOTS, Math.max(MIN_SLOTS, Math.floor(perChannel / preferred)))
  const slotSizeBytes = Math.min(preferred, Math.max(MIN_SLOT_BYTES, alignDown(Math.floor(perChannel / slotCount))))
  return { slotSizeBytes, slotCount }
}

/** Whole cache lines. */
function alignDown(bytes: number): number {
  return bytes - (bytes % 64)
}
