// Duty: the buckets of one subtask: which of them a record goes to, and what is done with all of them at a time. Stands under a writer of
// the kind of FLIP-143, and under a sink function.
// Invariants: one call at a time. Buckets are told apart by their ids as texts, which say where they lie.
// Thread: the task worker that owns the writer.
import { hasMethods } from '../../../api/functions/has-methods.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { CommitRecoverable } from '../../../core/fs/recoverable-writer.js'
import type { BucketAssigner, BucketAssignerContext } from './bucket-assigner.js'
import { Bucket, type BucketParts } from './bucket.js'
import type { BucketState } from './bucket-state.js'

/** Files that are made durable at once: the machine syncs several in little more time than one. */
const SYNCED_AT_ONCE = 16

export interface BucketsParts<IN, BucketID> extends BucketParts<IN, BucketID> {
  /** Absolute, as its file system has it. */
  readonly basePath: string
  readonly bucketAssigner: BucketAssigner<IN, BucketID>
}

/** Files of a bucket that are whole. */
export interface PreparedFiles<BucketID> {
  readonly bucketId: BucketID
  readonly files: readonly CommitRecoverable[]
}

export class Buckets<IN, BucketID> {
  readonly #parts: BucketsParts<IN, BucketID>
  readonly #active = new Map<string, Bucket<IN, BucketID>>()

  constructor(parts: BucketsParts<IN, BucketID>) {
    this.#parts = parts
  }

  /** Of one or several subtasks: buckets of the same id become one. */
  async restore(states: readonly BucketState<BucketID>[]): Promise<void> {
    for (const state of states) {
      const bucket = await Bucket.restore(this.#parts, state)
      const key = String(state.bucketId)
      const known = this.#active.get(key)
      if (known === undefined) this.#active.set(key, bucket)
      else await this.#merge(known, bucket)
    }
  }

  /** Gives a promise where the next record has to wait. BUCKET_INVALID for an id that is no place below the base path. */
  write(element: IN, context: BucketAssignerContext): void | Promise<void> {
    const bucketId = this.#parts.bucketAssigner.getBucketId(element, context)
    const key = typeof bucketId === 'string' ? bucketId : this.#keyOf(bucketId)
    let bucket = this.#active.get(key)
    if (bucket === undefined) {
      bucket = new Bucket(this.#parts, bucketId, this.#pathOf(key))
      this.#active.set(key, bucket)
    }
    return bucket.write(element, context.currentProcessingTime())
  }

  /** `currentTime` in ms since the epoch. */
  async onProcessingTime(currentTime: number): Promise<void> {
    for (const bucket of this.#active.values()) await bucket.onProcessingTime(currentTime)
  }

  /** Before a snapshot, and at the end of the input. */
  async prepareCommit(endOfInput: boolean): Promise<PreparedFiles<BucketID>[]> {
    for (const [key, bucket] of this.#active) if (!bucket.isActive) this.#active.delete(key)
    return this.#ofAll(async (bucket) => ({
      bucketId: bucket.bucketId,
      files: await bucket.prepareCommit(endOfInput),
    }))
  }

  /** After `prepareCommit`. */
  async snapshotState(): Promise<BucketState<BucketID>[]> {
    const states = await this.#ofAll((bucket) => bucket.snapshotState())
    return states.filter((state) => state !== undefined)
  }

  /** What no snapshot has, and was not handed out, is removed or stays where it is. May be called again. */
  async dispose(unknownFiles: 'stay' | 'removed'): Promise<void> {
    const buckets = [...this.#active.values()]
    this.#active.clear()
    // Where one fails the files of the others would stay open over all restarts.
    const disposed = await Promise.allSettled(buckets.map((bucket) => bucket.dispose(unknownFiles)))
    for (const result of disposed) if (result.status === 'rejected') throw result.reason
  }

  async #ofAll<R>(action: (bucket: Bucket<IN, BucketID>) => Promise<R>): Promise<R[]> {
    const buckets = [...this.#active.values()]
    const results: R[] = []
    for (let from = 0; from < buckets.length; from += SYNCED_AT_ONCE) {
      results.push(...(await Promise.all(buckets.slice(from, from + SYNCED_AT_ONCE).map(action))))
    }
    return results
  }

  async #merge(known: Bucket<IN, BucketID>, other: Bucket<IN, BucketID>): Promise<void> {
    try {
      await known.merge(other)
    } catch (error) {
      await other.dispose('stay')
      throw error
    }
  }

  /** Two promises, or two plain objects, have one text, which says nothing of them. */
  #keyOf(bucketId: unknown): string {
    const text = hasText(bucketId) ? String(bucketId) : '[object'
    if (text.startsWith('[object')) throw this.#refused(bucketId, 'it has to be a text, or have one')
    return text
  }

  #pathOf(key: string): string {
    const { basePath } = this.#parts
    const names = key.split('/').filter((name) => name !== '' && name !== '.')
    if (names.includes('..')) throw this.#refused(key, 'a bucket lies below the base path')
    if (key.includes('\0')) throw this.#refused(key, 'it has a zero character')
    return [basePath === '/' && names.length > 0 ? '' : basePath, ...names].join('/')
  }

  #refused(bucketId: unknown, reason: string): FlinkError {
    const { basePath: path, bucketAssigner } = this.#parts
    const assigner = bucketAssigner.constructor.name
    return new FlinkError('BUCKET_INVALID', { path, assigner, bucket: describeValue(bucketId), reason })
  }
}

function hasText(bucketId: unknown): boolean {
  if (typeof bucketId === 'object') return bucketId !== null && hasMethods(bucketId, 'toString')
  return typeof bucketId === 'number' || typeof bucketId === 'bigint' || typeof bucketId === 'boolean'
}
