// Duty: the memory of a doorbell: one Int32 that says whether its owner sleeps.
// Invariants: 0 awake, 1 asleep; only the owner sets 1, anybody may set 0.
// Thread: allocated on the main thread, used by workers.

const BELL_BYTES = 64

export function allocateBell(): SharedArrayBuffer {
  return new SharedArrayBuffer(BELL_BYTES)
}
