import type { RecordsWithSplitIds } from './records-with-split-ids.js'

/**
 * Records in memory, by split in the order in which the splits were first added.
 *
 * @example
 * ```ts
 * import { RecordsBySplits } from 'flink-ts/connectors/base'
 *
 * const records = new RecordsBySplits<string>().add('a', 'first').add('a', 'second').addFinishedSplit('a')
 * ```
 */
export class RecordsBySplits<E> implements RecordsWithSplitIds<E> {
  readonly #records = new Map<string, E[]>()
  readonly #finished = new Set<string>()
  #splits: Iterator<[string, E[]]> | undefined
  #current: readonly E[] = []
  #next = 0

  add(splitId: string, record: E): this {
    const known = this.#records.get(splitId)
    if (known === undefined) this.#records.set(splitId, [record])
    else known.push(record)
    return this
  }

  addAll(splitId: string, records: Iterable<E>): this {
    for (const record of records) this.add(splitId, record)
    return this
  }

  addFinishedSplit(splitId: string): this {
    this.#finished.add(splitId)
    return this
  }

  nextSplit(): string | undefined {
    this.#splits ??= this.#records.entries()
    const next = this.#splits.next()
    this.#next = 0
    this.#current = next.done === true ? [] : next.value[1]
    return next.done === true ? undefined : next.value[0]
  }

  nextRecordFromSplit(): E | undefined {
    if (this.#next >= this.#current.length) return undefined
    const record = this.#current[this.#next]
    this.#next += 1
    return record
  }

  finishedSplits(): ReadonlySet<string> {
    return this.#finished
  }
}
