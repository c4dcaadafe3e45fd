/**
 * Runs an operator of windows over records, watermarks and restores, after each of which it may be made another way and time begins
 * anew, as a source may give records before its first watermark.
 */
import { settled } from './operator-harness.js'
import { record, watermark, type InputElement, type OutputElement } from './stream-elements.js'
import type { StreamOperatorTestHarness } from './stream-operator-test-harness.js'
import { MemoryStreams } from '../contract/runtime/state-backend-streams.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import type { Event } from './window-case.js'

export const KEYS: readonly string[] = ['a', 'b']

/** What the value of the first record is more than. */
export const MANY = 1_000_000

/** A record is a key and how far it is before or after the time; a number lets time go on; a restore loses these records. */
export type RestoringStep = readonly [key: string, distance: number] | number | { readonly lost: number }

export class RestoringRun {
  readonly #make: (restores: number) => StreamOperatorTestHarness
  readonly #emitted: string[][] = []
  #harness: StreamOperatorTestHarness
  #restores = 0
  #value = 0
  #now = 0

  constructor(make: (restores: number) => StreamOperatorTestHarness) {
    this.#make = make
    this.#harness = make(0)
  }

  /** What came out, step by step, in its order. */
  async emittedBy(drawn: readonly RestoringStep[]): Promise<readonly string[][]> {
    await this.#harness.open()
    for (const step of drawn) {
      if (typeof step === 'number') this.#process(watermark((this.#now += step)))
      else if ('lost' in step) await this.#restore(step.lost)
      else this.#processRecord(step[0], step[1])
    }
    this.#process(watermark(Infinity))
    await this.#harness.finish()
    await this.#harness.close()
    return this.#emitted
  }

  #processRecord(key: string, distance: number): void {
    this.#value += 1
    this.#process(record([key, MANY + this.#value], this.#now + distance))
  }

  #process(element: InputElement): void {
    this.#harness.process({ input: 0, element })
    this.#emitted.push(this.#harness.context.output.take().map(textOf))
  }

  /** Without the watermark. */
  async #restore(lost: number): Promise<void> {
    const state = await snapshotWhile(this.#harness, () => {
      for (let count = 0; count < lost; count += 1) {
        this.#harness.process({ input: 0, element: record([KEYS[count % 2] ?? '', 0], this.#now + 5 * count - 10) })
      }
      this.#harness.process({ input: 0, element: watermark(this.#now + lost + 1) })
      this.#harness.context.output.take()
    })
    await this.#harness.close()
    this.#restores += 1
    this.#harness = this.#make(this.#restores)
    await this.#harness.open(state, 1)
  }
}

/** What happens between the synchronous part of a snapshot and the rest is not in it. */
async function snapshotWhile(
  { operator, context }: StreamOperatorTestHarness,
  action: () => void,
): Promise<OperatorSubtaskState | undefined> {
  const request = { checkpointId: 1, timestamp: 5000, isSavepoint: false, streams: new MemoryStreams() }
  const future = await settled(operator.snapshotState(request), context)
  action()
  return settled(future.complete(), context)
}

function textOf(element: OutputElement): string {
  if (element.kind === 'side-record') return `late ${String((element.value as Event)[1])}`
  return element.kind === 'record' ? String(element.value) : element.kind
}
