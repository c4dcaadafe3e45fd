// Duty: what a native store says went wrong, as an error of the table.
// Thread: any.
import { statfsSync } from 'node:fs'
import { FlinkError } from '../../../../../core/errors/flink-error.js'
import { messageOf } from '../../../../../core/errors/thrown-value.js'
import { errnoOf } from '../../../../../core/fs/errno.js'

export interface StorePlace {
  readonly operation: string
  readonly directory: string
}

const DISK_FULL = /no space left|disk quota|not enough space|\bENOSPC\b|\bEDQUOT\b/i
/** What is said of LMDB where only a part of its bytes found room, and of RocksDB where its own threads failed: full or not. */
const PERHAPS_FULL = /input\/output error|in the background/i
/** Of a disk that counts as full. */
const LITTLE_BYTES = 16 * 1024 * 1024

export function nativeFailure({ operation, directory }: StorePlace, error: unknown): FlinkError {
  if (FlinkError.is(error)) return error
  // abstract-level says only that the database is not open, and has the reason as its cause.
  const cause = rootCauseOf(error)
  const reason = messageOf(cause)
  if (errnoOf(cause) === 'ENOSPC' || DISK_FULL.test(reason) || (PERHAPS_FULL.test(reason) && isFull(directory)))
    return new FlinkError('DISK_FULL', { path: directory }, { cause: error })
  if (errnoOf(cause) === 'LEVEL_LOCKED')
    return new FlinkError('ASSERTION_FAILED', { what: `the store in ${directory} is open already` }, { cause: error })
  return new FlinkError('STATE_STORE_FAILED', { operation, directory, reason }, { cause: error })
}

/** Calls something native, whose errors become errors of the table. */
export function explainNative<T>(place: StorePlace, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw nativeFailure(place, error)
  }
}

function isFull(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize < LITTLE_BYTES
  } catch {
    return false
  }
}

function rootCauseOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootCauseOf(error.cause) : error
}
