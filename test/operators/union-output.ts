/**
 * One sequence of elements out of those of all subtasks, as somebody downstream of all of them sees it: records as they come,
 * watermarks and idleness when all subtasks have them.
 */
import { watermark, type OutputElement, type StatusElement } from './stream-elements.js'

const NONE = Number.NEGATIVE_INFINITY

export class UnionOutput {
  readonly elements: OutputElement[] = []
  #watermark = NONE
  #isIdle = false
  #watermarks: number[]
  #idle: boolean[]

  constructor(parallelism: number) {
    this.#watermarks = new Array<number>(parallelism).fill(NONE)
    this.#idle = new Array<boolean>(parallelism).fill(false)
  }

  /** Other subtasks stand where these stood: what is known of time stays, and is told by nobody yet. */
  restart(parallelism: number): void {
    this.#watermarks = new Array<number>(parallelism).fill(NONE)
    this.#idle = new Array<boolean>(parallelism).fill(false)
  }

  add(subtask: number, elements: readonly OutputElement[]): void {
    for (const element of elements) this.elements.push(...this.#newsOf(subtask, element))
  }

  /** Time that a restored subtask is told again is no news; everything else would be. */
  addRepeated(subtask: number, elements: readonly OutputElement[]): void {
    const [before, isIdle] = [this.#watermark, this.#isIdle]
    const first = this.elements.length
    this.add(subtask, elements)
    const news = this.elements.splice(first).filter((element) => {
      if (element.kind === 'watermark') return element.timestamp > before
      return element.kind !== 'status' || (element.status === 'idle') !== isIdle
    })
    this.elements.push(...news)
  }

  #newsOf(subtask: number, element: OutputElement): OutputElement[] {
    switch (element.kind) {
      case 'record':
      case 'side-record':
        return [element]
      case 'watermark':
        this.#watermarks[subtask] = element.timestamp
        return this.#watermarkNews()
      case 'status':
        this.#idle[subtask] = element.status === 'idle'
        return this.#statusNews(element)
    }
  }

  /** One subtask's watermarks and statuses are all news, the wrong ones too. */
  #watermarkNews(): OutputElement[] {
    const smallest = Math.min(...this.#watermarks)
    if (this.#watermarks.length > 1 && smallest <= this.#watermark) return []
    this.#watermark = smallest
    return [watermark(smallest)]
  }

  #statusNews(element: StatusElement): OutputElement[] {
    const isIdle = element.status === 'idle'
    const isOneOfSeveral = isIdle && !this.#idle.every(Boolean)
    if (this.#idle.length > 1 && (isIdle === this.#isIdle || isOneOfSeveral)) return []
    this.#isIdle = isIdle
    return [element]
  }
}
