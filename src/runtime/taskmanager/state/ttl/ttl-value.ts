// Duty: a value of a state with a time to live, as tables and maps hold it: of a list and a map each element.
// Invariants: nobody outside of state/ gets to see one. It is changed in place where its table was told so, and nowhere else.
// Thread: the task worker that owns the backend.

export class TtlValue {
  value: unknown
  /** Processing time. */
  lastAccessMs: number

  constructor(value: unknown, lastAccessMs: number) {
    this.value = value
    this.lastAccessMs = lastAccessMs
  }
}

/** Whether who is handed the value of an entry out could change something in it. */
export function isChangeable(value: unknown): boolean {
  const own = value instanceof TtlValue ? value.value : value
  return typeof own === 'object' && own !== null
}
