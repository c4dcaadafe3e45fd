// Node 20 takes the isolate of a thread that ends out of its platform before it waits for the thread's compilations. One that
// finds then that it is time for an incremental marking asks for the isolate, and Node aborts the whole process with
// "node_platform.cc: Assertion failed: (data.first) != nullptr": two of some thousand short jobs, and 8 of 105 where V8 was
// told to compile a millisecond late (--concurrent-recompilation-delay=1). So no marking begins while a thread ends. V8 looks
// at its flag whenever one may begin; a heap that is full meanwhile is collected at one go.
//
// From Node 22 on a heap keeps what it needs of the platform (0 of 60 there), and V8 ends the process where its flag changes
// between a look and the start of a marking (3 of 30 on Node 24: "Check failed: CanBeStarted()"): nothing is done there.
import { setFlagsFromString } from 'node:v8'
import { getEnvironmentData, setEnvironmentData, threadId, type Worker } from 'node:worker_threads'

const KEY = 'flink-ts.ending-threads'
/** Ids of threads grow, and few threads end at a time. */
const PLACES = 1024

const PAUSES_MARKING = Number.parseInt(process.versions.node) < 22

/** Which threads of the process end; those that the starting thread makes after it has loaded this share the memory. */
const ending = new Int32Array(sharedMemory())

function sharedMemory(): SharedArrayBuffer {
  const shared = getEnvironmentData(KEY)
  if (shared instanceof SharedArrayBuffer) return shared
  const memory = new SharedArrayBuffer(PLACES * Int32Array.BYTES_PER_ELEMENT)
  setEnvironmentData(KEY, memory)
  return memory
}

/** To be called by whoever makes a thread, in the thread that made it. */
export function watchEndOfThread(thread: Worker): void {
  if (!PAUSES_MARKING) return
  const id = thread.threadId
  thread.once('exit', () => {
    Atomics.store(ending, placeOf(id), 0)
    if (ending.every((_, place) => Atomics.load(ending, place) === 0)) setFlagsFromString('--incremental-marking')
  })
}

/** To be called before a watched thread is terminated or told to end. No marking begins in this process until it has gone. */
export function threadWillEnd({ threadId: id }: Worker): void {
  // Node's for one that has gone.
  if (id !== -1) pauseMarking(id)
}

/** To be called in a thread that may end by itself: its program may call process.exit. */
export function prepareOwnEnd(): void {
  process.once('exit', () => {
    pauseMarking(threadId)
  })
}

function pauseMarking(id: number): void {
  if (!PAUSES_MARKING) return
  Atomics.store(ending, placeOf(id), 1)
  setFlagsFromString('--no-incremental-marking')
}

function placeOf(id: number): number {
  return id % PLACES
}
