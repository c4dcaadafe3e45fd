/** A source whose reader does what a test says. */
import { Boundedness } from '../../../../../src/api/connector/source/boundedness.js'
import { InputStatus } from '../../../../../src/api/connector/source/input-status.js'
import type { ReaderOutput } from '../../../../../src/api/connector/source/reader-output.js'
import type { SimpleVersionedSerializer } from '../../../../../src/api/connector/source/simple-versioned-serializer.js'
import type { Source } from '../../../../../src/api/connector/source/source.js'
import type { SourceReaderContext } from '../../../../../src/api/connector/source/source-reader-context.js'
import type { SourceReader } from '../../../../../src/api/connector/source/source-reader.js'
import type { SourceSplit } from '../../../../../src/api/connector/source/source-split.js'
import type { SplitEnumerator } from '../../../../../src/api/connector/source/split-enumerator.js'
import type { SplitEnumeratorContext } from '../../../../../src/api/connector/source/split-enumerator-context.js'

export class PlayedSplit implements SourceSplit {
  readonly records: readonly number[]
  readonly #id: string

  constructor(id: string, records: readonly number[] = []) {
    this.#id = id
    this.records = records
  }

  splitId(): string {
    return this.#id
  }
}

export const playedSplits: SimpleVersionedSerializer<SourceSplit> = {
  getVersion: () => 2,
  serialize: (split) => Buffer.from(JSON.stringify([split.splitId(), (split as PlayedSplit).records])),
  deserialize: (version, bytes) => {
    if (version !== 2) throw new Error(`version ${String(version)} is not known`)
    const [id, records] = JSON.parse(Buffer.from(bytes).toString()) as [string, number[]]
    return new PlayedSplit(id, records)
  },
}

/** Emits the records of its splits, the first split first, each to the output of its split. */
export class PlayedReader implements SourceReader<unknown, SourceSplit> {
  readonly calls: string[] = []
  readonly splits: { readonly id: string; readonly records: number[] }[] = []
  readonly context: SourceReaderContext
  isOver = false
  wake: () => void = () => undefined

  constructor(context: SourceReaderContext) {
    this.context = context
  }

  start(): void {
    this.calls.push('start')
    this.context.sendSplitRequest()
  }

  pollNext(output: ReaderOutput<unknown>): InputStatus {
    for (const split of this.splits) {
      const record = split.records.shift()
      if (record === undefined) continue
      output.createOutputForSplit(split.id).collect(record)
      return InputStatus.MORE_AVAILABLE
    }
    return this.isOver ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE
  }

  isAvailable(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve
    })
  }

  addSplits(splits: readonly SourceSplit[]): void {
    this.calls.push(`addSplits ${splits.map((split) => split.splitId()).join()}`)
    for (const split of splits) this.splits.push({ id: split.splitId(), records: [...(split as PlayedSplit).records] })
  }

  notifyNoMoreSplits(): void {
    this.isOver = true
  }

  snapshotState(): readonly SourceSplit[] {
    return this.splits.map(({ id, records }) => new PlayedSplit(id, records))
  }

  handleSourceEvents(event: unknown): void {
    this.calls.push(`event ${JSON.stringify(event)}`)
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.calls.push(`complete ${String(checkpointId)}`)
  }

  pauseOrResumeSplits(splitsToPause: readonly string[], splitsToResume: readonly string[]): void {
    this.calls.push(`pause ${splitsToPause.join()} resume ${splitsToResume.join()}`)
  }

  close(): void {
    this.calls.push('close')
  }
}

/** Keeps the calls of the engine, and the context by which a test calls back. */
export class PlayedEnumerator implements SplitEnumerator<SourceSplit, unknown> {
  readonly calls: string[] = []
  readonly context: SplitEnumeratorContext<SourceSplit>
  state: unknown

  constructor(context: SplitEnumeratorContext<SourceSplit>, state: unknown) {
    this.context = context
    this.state = state
  }

  start(): void {
    this.calls.push('start')
  }

  handleSplitRequest(subtaskId: number): void {
    this.calls.push(`request of ${String(subtaskId)}`)
  }

  addSplitsBack(splits: readonly SourceSplit[], subtaskId: number): void {
    this.calls.push(`back from ${String(subtaskId)}: ${splits.map((split) => split.splitId()).join()}`)
  }

  addReader(subtaskId: number): void {
    this.calls.push(`reader ${String(subtaskId)}`)
  }

  handleSourceEvent(subtaskId: number, event: unknown): void {
    this.calls.push(`event of ${String(subtaskId)}: ${JSON.stringify(event)}`)
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.calls.push(`complete ${String(checkpointId)}`)
  }

  notifyCheckpointAborted(checkpointId: number): void {
    this.calls.push(`aborted ${String(checkpointId)}`)
  }

  snapshotState(): unknown {
    return this.state
  }

  close(): void {
    this.calls.push('close')
  }
}

export class PlayedSource implements Source<unknown, SourceSplit> {
  reader: PlayedReader | undefined
  enumerator: PlayedEnumerator | undefined
  readonly #splitSerializer: SimpleVersionedSerializer<SourceSplit> | undefined
  readonly #overrides: Partial<PlayedReader>

  constructor(
    overrides: Partial<PlayedReader> = {},
    splitSerializer: SimpleVersionedSerializer<SourceSplit> = playedSplits,
  ) {
    this.#overrides = overrides
    this.#splitSerializer = splitSerializer
  }

  getBoundedness(): Boundedness {
    return Boundedness.CONTINUOUS_UNBOUNDED
  }

  createReader(context: SourceReaderContext): PlayedReader {
    this.reader = Object.assign(new PlayedReader(context), this.#overrides)
    return this.reader
  }

  createEnumerator(context: SplitEnumeratorContext<SourceSplit>): PlayedEnumerator {
    return this.restoreEnumerator(context, 'new')
  }

  restoreEnumerator(context: SplitEnumeratorContext<SourceSplit>, checkpoint: unknown): PlayedEnumerator {
    this.enumerator = new PlayedEnumerator(context, checkpoint)
    return this.enumerator
  }

  getSplitSerializer(): SimpleVersionedSerializer<SourceSplit> {
    return this.#splitSerializer ?? playedSplits
  }
}
