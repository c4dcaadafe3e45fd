// Duty: assigns splits of files to the readers that ask: those of the start, or those of files that come later as well.
// Invariants: a file is found once, by its path: its splits are in the assigner, with a reader, or read.
import type { SplitEnumerator } from '../../api/connector/source/split-enumerator.js'
import type { SplitEnumeratorContext } from '../../api/connector/source/split-enumerator-context.js'
import type { FileEnumerator } from './file-enumerator.js'
import type { FileSourceSplit, PendingSplits } from './file-source-split.js'
import type { FileSplitAssigner } from './file-split-assigner.js'

type Context = SplitEnumeratorContext<FileSourceSplit>

export class StaticFileSplitEnumerator implements SplitEnumerator<FileSourceSplit, PendingSplits> {
  readonly #context: Context
  readonly #assigner: FileSplitAssigner

  constructor(context: Context, assigner: FileSplitAssigner) {
    this.#context = context
    this.#assigner = assigner
  }

  start(): void {
    // The readers ask.
  }

  handleSplitRequest(subtaskId: number, hostname: string | undefined): void {
    const split = this.#assigner.getNext(hostname)
    if (split === undefined) this.#context.signalNoMoreSplits(subtaskId)
    else this.#context.assignSplit(split, subtaskId)
  }

  addSplitsBack(splits: readonly FileSourceSplit[]): void {
    this.#assigner.addSplits(splits)
  }

  addReader(): void {
    // It asks.
  }

  snapshotState(): PendingSplits {
    return { splits: this.#assigner.remainingSplits(), alreadyProcessedPaths: [] }
  }

  close(): void {
    // Nothing is open.
  }
}

export interface ContinuousFileSplitEnumeratorInput {
  readonly context: Context
  readonly fileEnumerator: FileEnumerator
  readonly assigner: FileSplitAssigner
  readonly paths: readonly string[]
  readonly alreadyProcessedPaths: Iterable<string>
  readonly discoveryIntervalMs: number
}

export class ContinuousFileSplitEnumerator implements SplitEnumerator<FileSourceSplit, PendingSplits> {
  readonly #input: ContinuousFileSplitEnumeratorInput
  readonly #pathsAlreadyProcessed: Set<string>
  /** With the machine of each, in the order in which they asked. */
  readonly #readersAwaitingSplit = new Map<number, string | undefined>()

  constructor(input: ContinuousFileSplitEnumeratorInput) {
    this.#input = input
    this.#pathsAlreadyProcessed = new Set(input.alreadyProcessedPaths)
  }

  start(): void {
    const { context, fileEnumerator, paths, discoveryIntervalMs } = this.#input
    context.callAsync(
      () => fileEnumerator.enumerateSplits(paths, 1, context.getFileSystems()),
      (splits, error) => {
        if (error !== undefined) throw error
        this.#processDiscoveredSplits(splits ?? [])
      },
      { initialDelayMs: discoveryIntervalMs, periodMs: discoveryIntervalMs },
    )
  }

  handleSplitRequest(subtaskId: number, hostname: string | undefined): void {
    this.#readersAwaitingSplit.set(subtaskId, hostname)
    this.#assignSplits()
  }

  addSplitsBack(splits: readonly FileSourceSplit[]): void {
    this.#input.assigner.addSplits(splits)
    this.#assignSplits()
  }

  addReader(): void {
    // It asks.
  }

  snapshotState(): PendingSplits {
    const splits = this.#input.assigner.remainingSplits()
    return { splits, alreadyProcessedPaths: [...this.#pathsAlreadyProcessed] }
  }

  close(): void {
    // Nothing is open.
  }

  #processDiscoveredSplits(splits: readonly FileSourceSplit[]): void {
    const added = splits.filter(({ path }) => !this.#pathsAlreadyProcessed.has(path))
    for (const { path } of added) this.#pathsAlreadyProcessed.add(path)
    if (added.length === 0) return
    this.#input.assigner.addSplits(added)
    this.#assignSplits()
  }

  #assignSplits(): void {
    const { context, assigner } = this.#input
    const registered = context.registeredReaders()
    for (const [subtaskId, hostname] of this.#readersAwaitingSplit) {
      if (!registered.has(subtaskId)) {
        this.#readersAwaitingSplit.delete(subtaskId)
        continue
      }
      const split = assigner.getNext(hostname)
      if (split === undefined) return
      context.assignSplit(split, subtaskId)
      this.#readersAwaitingSplit.delete(subtaskId)
    }
  }
}
