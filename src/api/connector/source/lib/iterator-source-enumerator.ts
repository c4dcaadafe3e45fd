import type { SourceSplit } from '../source-split.js'
import type { SplitEnumerator } from '../split-enumerator.js'
import type { SplitEnumeratorContext } from '../split-enumerator-context.js'

/** Gives a split that is known from the beginning to whoever asks, one at a time. */
export class IteratorSourceEnumerator<SplitT extends SourceSplit> implements SplitEnumerator<
  SplitT,
  readonly SplitT[]
> {
  readonly #context: Pick<SplitEnumeratorContext<SplitT>, 'assignSplit' | 'signalNoMoreSplits'>
  readonly #remaining: SplitT[]

  constructor(
    context: Pick<SplitEnumeratorContext<SplitT>, 'assignSplit' | 'signalNoMoreSplits'>,
    splits: readonly SplitT[],
  ) {
    this.#context = context
    this.#remaining = [...splits]
  }

  start(): void {
    // The readers ask.
  }

  handleSplitRequest(subtaskId: number): void {
    const split = this.#remaining.shift()
    if (split === undefined) this.#context.signalNoMoreSplits(subtaskId)
    else this.#context.assignSplit(split, subtaskId)
  }

  addSplitsBack(splits: readonly SplitT[]): void {
    this.#remaining.push(...splits)
  }

  addReader(): void {
    // It asks.
  }

  snapshotState(): readonly SplitT[] {
    return [...this.#remaining]
  }

  close(): void {
    // Nothing is open.
  }
}
