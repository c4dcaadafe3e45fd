// Duty: how many keys the states of a task have, as a checkpoint found them.
// Invariants: plain data; only states of functions that nothing but the function makes smaller.
// Thread: counted by task workers, read by JobMaster on the main thread.

/** Keys by operator id and name of the state. */
export type EntryCounts = Readonly<Record<string, Readonly<Record<string, number>>>>
