// Node takes the isolate of a thread that ends out of its platform before it waits for the thread's compilations. One that
// finds then that it is time for an incremental marking asks for the isolate, and Node aborts the whole process with
// "node_platform.cc: Assertion failed: (data.first) != nullptr": two of some thousand short jobs, and 8 of 105 where V8 was
// told to compile a millisecond late (--concurrent-recompilation-delay=1). So no marking begins while a thread ends. V8 looks
// at its flag whenever one may begin; a heap that is full meanwhile is collected at one go.
import { setFlagsFromString } from 'node:v8'
import type { Worker } from 'node:worker_threads'

const ending = new Set<Worker>()

/** To be called by whoever makes a thread; in this process only. */
export function watchEndOfThread(thread: Worker): void {
  thread.once('exit', () => {
    ending.delete(thread)
    if (ending.size === 0) setFlagsFromString('--incremental-marking')
  })
}

/** To be called before a watched thread is terminated or told to end. No marking begins in this process until it has gone. */
export function threadWillEnd(thread: Worker): void {
  if (hasGone(thread)) return
  ending.add(thread)
  pauseMarking()
}

/** To be called in a thread that may end by itself: its program may call process.exit. */
export function prepareOwnEnd(): void {
  process.once('exit', pauseMarking)
}

function pauseMarking(): void {
  setFlagsFromString('--no-incremental-marking')
}

function hasGone({ threadId }: Worker): boolean {
  return threadId === -1
}
