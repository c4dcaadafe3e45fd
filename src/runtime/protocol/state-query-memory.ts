// Duty: the shared memory in which a worker is asked about state and answers: a ring each way.
// Invariants: both ends are there from the worker's birth on. Slots are small, as most keys and values are: what does not fit into one, or
// finds none free, goes as a message.
// Thread: allocated on the main thread, used by it and one worker.
import { allocateBell } from './doorbell-memory.js'
import { allocateRing } from './ring-memory.js'
import type { RingMemory } from './task-deployment.js'

/** A name, an execution and a key. */
const QUESTION_SLOT_BYTES = 512
const QUESTION_SLOTS = 64
/** What a slice of the task's time answers, and a little more. */
const ANSWER_SLOT_BYTES = 4096
const ANSWER_SLOTS = 32

export interface StateQueryMemory {
  readonly questions: RingMemory
  readonly answers: RingMemory
  /** The main thread sleeps on it until there are answers. */
  readonly answerBell: SharedArrayBuffer
}

export function allocateStateQueryMemory(): StateQueryMemory {
  return {
    questions: allocateRing(QUESTION_SLOT_BYTES, QUESTION_SLOTS),
    answers: allocateRing(ANSWER_SLOT_BYTES, ANSWER_SLOTS),
    answerBell: allocateBell(),
  }
}
