import type { Readable, Writable } from 'node:stream'
import type { OutputLockMemory } from './output-lock.js'
import { guardStandardInput } from './standard-input-guard.js'
import { StandardInput, type StandardInputMemory } from './standard-input.js'
import { ThreadWritable, type ThreadWritableSettings } from './thread-writable.js'

/** What the threads of a process share of its standard streams. */
export interface ThreadStreamMemory {
  readonly outputLocks: OutputLockMemory
  /** Where standard output of the threads goes: 2 where that of the process belongs to the command alone. */
  readonly outputDescriptor: 1 | 2
  readonly standardInput: StandardInputMemory
}

export interface ThreadStreams {
  readonly standardOutput: ThreadWritableSettings
  readonly standardError: ThreadWritableSettings
  /** Throws what speaks against reading standard input. */
  readonly claimStandardInput: () => void
}

/**
 * Gives this worker thread standard streams of its own, in place of Node's, which send each line to the main thread: there it
 * comes after what the thread's sinks have printed meanwhile, or not at all when the thread has ended. Called before user
 * code is there.
 */
export function installThreadStreams(streams: ThreadStreams): void {
  const output = new ThreadWritable(streams.standardOutput)
  const error = new ThreadWritable(streams.standardError)
  let input = new StandardInput(streams.claimStandardInput)
  define('stdout', () => output)
  define('stderr', () => error)
  define('stdin', () => {
    // A source that was cancelled leaves a destroyed stream; its next attempt reads on.
    if (input.destroyed && !input.readableEnded) input = new StandardInput(streams.claimStandardInput)
    return input
  })
  guardStandardInput(streams.claimStandardInput)
}

function define(name: 'stdin' | 'stdout' | 'stderr', get: () => Readable | Writable): void {
  Object.defineProperty(process, name, { configurable: true, enumerable: true, get })
}
