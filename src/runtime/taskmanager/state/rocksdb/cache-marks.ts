// Duty: what the cached states of one backend have in common: the mark of an entry that changed, the memory that they take,
// and what stands in the way of a change.
// Invariants: while a snapshot waits for entries to be saved, those that changed before its barrier have the mark `awaited`,
// and those that change since another one, in addition where what is awaited was put aside; so beginning a snapshot means
// exchanging two marks. Otherwise `awaited` is 0.
// Thread: the task worker that owns the backend.

/** Bits of an entry. */
export const REFERENCED = 1
/** The store has one for its key and namespace. */
export const STORED = 2
/** The store has parts of another value, which have to go first. */
export const REPLACED = 4
/** What a snapshot awaits of it was put aside, as it has changed since. */
export const PUT_ASIDE = 32
/** What is in memory is that there is none any more. */
export const REMOVED = 64
const CHANGED_ONE = 8
const CHANGED_OTHER = 16
/** The store does not have it as it is now. */
export const CHANGED: number = CHANGED_ONE | CHANGED_OTHER

/** Of what live objects may take. */
const SHARE_PUT_ASIDE = 1 / 16

export class CacheMarks {
  readonly mostAsideBytes: number
  /** Of what is put aside, in addition to what is used. */
  asideBytes = 0
  changed: number = CHANGED_ONE
  awaited = 0
  usedBytes = 0
  /** The snapshot that waits cannot have what it waits for. */
  spoilAwaited: (reason: unknown) => void = () => undefined

  /** `budgetBytes`: what live objects may take. */
  constructor(budgetBytes: number) {
    this.mostAsideBytes = budgetBytes * SHARE_PUT_ASIDE
  }

  /** What has changed so far is awaited from here on. */
  exchange(): void {
    this.awaited = this.changed
    this.changed = CHANGED - this.changed
  }

  noneAwaited(): void {
    this.awaited = 0
  }
}
