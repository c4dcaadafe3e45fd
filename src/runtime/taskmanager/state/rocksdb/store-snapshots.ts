// Duty: the snapshots of one store: what a backend restores into it, and the form in which a snapshot leaves it.
// Invariants: who takes a snapshot has written to the store what belongs to it, before; nothing else of the backend is asked.
// The value of an entry is what the state's serializer writes, and that of an entry of a map what those of the user's key and
// value write, one after the other: so a snapshot is written without knowing any type.
// Thread: the task worker that owns the backend.
