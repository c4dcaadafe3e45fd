// Duty: what a slot of a ring holds.
// Invariants: the numbers are part of the protocol between the two ends of a channel, which run the same version.
// Thread: any.

export const SLOT_KIND = {
  records: 1,
  /** A part of a record or event that is larger than a slot; the flag of the last part is the kind of the whole, else 0. */
  fragment: 2,
  watermark: 3,
  watermarkStatus: 4,
  barrier: 5,
  cancelBarrier: 6,
  endOfData: 7,
  endOfPartition: 8,
  iterationMarker: 9,
} as const
