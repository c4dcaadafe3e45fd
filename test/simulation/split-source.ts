/**
 * Emits the numbers of a range by splits: its enumerator finds one after the other while the job runs, and gives them to readers
 * that ask; a reader has up to two at a time, each with its own watermarks. A split comes after all before it in event time, so
 * that one which is found late is not late for anybody.
 */
import {
  Boundedness,
  InputStatus,
  type ReaderOutput,
  type SimpleVersionedSerializer,
  type Source,
  type SourceReader,
  type SourceReaderContext,
  type SourceSplit,
  type SplitEnumerator,
  type SplitEnumeratorContext,
} from '../../src/index.js'
import type { JobWorld, NumberRecord } from './job-world.js'
import type { CoordinatorHook } from './number-coordinator.js'

const MOST_SPLITS_A_READER = 2

export interface SplitSourcePlan {
  readonly from: number
  readonly to: number
  readonly splits: number
  /** A split is found each so many ms. */
  readonly discoveryMs: number
}

class NumberSplit implements SourceSplit {
  readonly index: number
  readonly next: number
  readonly end: number

  constructor(index: number, next: number, end: number) {
    this.index = index
    this.next = next
    this.end = end
  }

  splitId(): string {
    return `split ${this.index}`
  }
}

const SPLIT_BYTES: SimpleVersionedSerializer<NumberSplit> = {
  getVersion: () => 1,
  serialize: ({ index, next, end }) => new TextEncoder().encode(JSON.stringify([index, next, end])),
  deserialize: (_version, bytes) => {
    const [index, next, end] = JSON.parse(new TextDecoder().decode(bytes)) as [number, number, number]
    return new NumberSplit(index, next, end)
  },
}

interface EnumeratorState {
  /** How many splits were found. */
  readonly found: number
  /** Of those, by index, which no reader has. */
  readonly unassigned: readonly number[]
}

export class SplitSource implements Source<NumberRecord, NumberSplit, EnumeratorState> {
  readonly #plan: SplitSourcePlan
  readonly #world: JobWorld
  readonly #uid: string

  constructor(plan: SplitSourcePlan, world: JobWorld, uid: string) {
    this.#plan = plan
    this.#world = world
    this.#uid = uid
  }

  getBoundedness(): Boundedness {
    return Boundedness.BOUNDED
  }

  createReader(context: SourceReaderContext): NumberReader {
    return new NumberReader(context, this.#world)
  }

  createEnumerator(context: SplitEnumeratorContext<NumberSplit>): FindingEnumerator {
    return this.restoreEnumerator(context, { found: 0, unassigned: [] })
  }

  restoreEnumerator(context: SplitEnumeratorContext<NumberSplit>, state: EnumeratorState): FindingEnumerator {
    return new FindingEnumerator({ context, plan: this.#plan, world: this.#world, uid: this.#uid }, state)
  }

  getSplitSerializer(): SimpleVersionedSerializer<NumberSplit> {
    return SPLIT_BYTES
  }
}

interface EnumeratorPlace {
  readonly context: SplitEnumeratorContext<NumberSplit>
  readonly plan: SplitSourcePlan
  readonly world: JobWorld
  readonly uid: string
}

class FindingEnumerator implements SplitEnumerator<NumberSplit, EnumeratorState> {
  readonly #place: EnumeratorPlace
  #found: number
  #unassigned: number[]
  /** Readers that want a split. */
  readonly #asking: number[] = []
  #inside: CoordinatorHook | undefined

  constructor(place: EnumeratorPlace, { found, unassigned }: EnumeratorState) {
    this.#place = place
    this.#found = found
    this.#unassigned = [...unassigned]
  }

  start(): void | Promise<void> {
    const { context, plan } = this.#place
    const found = (): void | Promise<void> => this.#in('hand out', () => this.#findNext())
    context.callAsync(() => Promise.resolve(), found, { initialDelayMs: 1, periodMs: plan.discoveryMs })
    return this.#in('start', () => undefined)
  }

  handleSplitRequest(subtask: number): void | Promise<void> {
    return this.#in('event', () => {
      this.#asking.push(subtask)
      this.#handOut()
    })
  }

  addSplitsBack(splits: readonly NumberSplit[], subtask: number): void | Promise<void> {
    return this.#in('event', () => {
      const { world, uid } = this.#place
      for (const { index } of splits) {
        if (this.#unassigned.includes(index)) world.fail(`${uid}: split ${index} came back, and no reader has it`)
        world.note(`${uid}: split ${index} comes back from reader ${subtask}`)
        this.#unassigned.push(index)
      }
      this.#handOut()
    })
  }

  addReader(): void | Promise<void> {
    return this.#in('ready', () => undefined)
  }

  async snapshotState(): Promise<EnumeratorState> {
    await this.#in('snapshot', () => undefined)
    return { found: this.#found, unassigned: [...this.#unassigned] }
  }

  notifyCheckpointComplete(): void | Promise<void> {
    return this.#in('complete', () => undefined)
  }

  close(): void | Promise<void> {
    return this.#place.world.beforeHook('coordinator: close', this.#place.uid)
  }

  #findNext(): void {
    if (this.#found >= this.#place.plan.splits) return
    this.#unassigned.push(this.#found)
    this.#found += 1
    this.#handOut()
  }

  #handOut(): void {
    const { context, plan, world, uid } = this.#place
    while (this.#asking.length > 0 && this.#unassigned.length > 0) {
      const [subtask = 0] = this.#asking.splice(0, 1)
      // It has begun anew alone, and asks again.
      if (!context.registeredReaders().has(subtask)) continue
      const [index = 0] = this.#unassigned.splice(0, 1)
      context.assignSplit(this.#split(index), subtask)
      world.note(`${uid}: split ${index} goes to reader ${subtask}`)
    }
    if (this.#found < plan.splits || this.#unassigned.length > 0) return
    for (const subtask of this.#asking.splice(0)) {
      if (context.registeredReaders().has(subtask)) context.signalNoMoreSplits(subtask)
    }
  }

  #split(index: number): NumberSplit {
    const { from, to, splits } = this.#place.plan
    const bound = (part: number): number => from + Math.floor(((to - from) * part) / splits)
    return new NumberSplit(index, bound(index), bound(index + 1))
  }

  /** One method at a time; what it does happens after what it waits for. */
  #in(hook: CoordinatorHook, then: () => void): void | Promise<void> {
    const { world, uid } = this.#place
    if (this.#inside !== undefined) world.fail(`${uid}: the enumerator was told "${hook}" in "${this.#inside}"`)
    const before = world.beforeHook(`coordinator: ${hook}`, uid)
    if (before === undefined) {
      then()
      return
    }
    this.#inside = hook
    return before.then(then).finally(() => {
      this.#inside = undefined
    })
  }
}

class NumberReader implements SourceReader<NumberRecord, NumberSplit> {
  readonly #context: SourceReaderContext
  readonly #world: JobWorld
  #splits: NumberSplit[] = []
  #isAsking = false
  #mayGetMore = true
  #isPausing = false
  #wake: () => void = () => undefined
  #available: Promise<void> | undefined

  constructor(context: SourceReaderContext, world: JobWorld) {
    this.#context = context
    this.#world = world
  }

  start(): void {
    this.#askForMore()
  }

  pollNext(output: ReaderOutput<NumberRecord>): InputStatus {
    const { nextInt, scenario } = this.#world
    if (this.#isPausing) return InputStatus.NOTHING_AVAILABLE
    const at = this.#splits.length === 0 ? 0 : nextInt(this.#splits.length)
    const split = this.#splits[at]
    if (split === undefined) return this.#mayGetMore ? InputStatus.NOTHING_AVAILABLE : InputStatus.END_OF_INPUT
    if (split.next < split.end) {
      output.createOutputForSplit(split.splitId()).collect({ value: split.next })
      this.#splits[at] = new NumberSplit(split.index, split.next + 1, split.end)
    } else {
      output.releaseOutputForSplit(split.splitId())
      this.#splits.splice(at, 1)
    }
    this.#askForMore()
    if (nextInt(scenario.pauseOneIn) > 0) return InputStatus.MORE_AVAILABLE
    this.#pause()
    return InputStatus.NOTHING_AVAILABLE
  }

  snapshotState(): readonly NumberSplit[] {
    return [...this.#splits]
  }

  isAvailable(): Promise<void> {
    const hasNext = this.#splits.length > 0 || !this.#mayGetMore
    if (!this.#isPausing && hasNext) return Promise.resolve()
    this.#available ??= new Promise((resolve) => {
      this.#wake = resolve
    })
    return this.#available
  }

  addSplits(splits: readonly NumberSplit[]): void {
    if (splits.some(({ index }) => this.#splits.some((own) => own.index === index))) {
      this.#world.fail('a reader was given a split that it has')
    }
    this.#splits.push(...splits)
    this.#isAsking = false
    this.#becomeAvailable()
    if (splits.length > 0) this.#world.note(`a reader has ${this.#splits.length} splits`)
  }

  notifyNoMoreSplits(): void {
    this.#mayGetMore = false
    this.#becomeAvailable()
  }

  close(): void {
    this.#splits = []
  }

  #askForMore(): void {
    if (this.#isAsking || !this.#mayGetMore || this.#splits.length >= MOST_SPLITS_A_READER) return
    this.#isAsking = true
    this.#context.sendSplitRequest()
  }

  #pause(): void {
    const { pause, nextInt, scenario } = this.#world
    this.#isPausing = true
    void pause(nextInt(scenario.pauseMs + 1)).then(() => {
      this.#isPausing = false
      this.#becomeAvailable()
    })
  }

  #becomeAvailable(): void {
    this.#available = undefined
    this.#wake()
    this.#wake = () => undefined
  }
}
