/**
 * What the coordinator of numbers and the operators that emit them say to each other, and the numbers of one subtask. A range
 * that is given back stays in the state of its subtask until the coordinator has said that it has it.
 */
import type { ListState } from '../../src/index.js'

/** What is left of a range: next, and the end that is not part of it. */
export type NumberRange = readonly [next: number, end: number]

export type ToNumberCoordinator =
  { readonly kind: 'want' } | { readonly kind: 'give-back'; readonly range: NumberRange }

export type FromNumberCoordinator =
  | { readonly kind: 'range'; readonly range: NumberRange }
  | { readonly kind: 'taken-back'; readonly range: NumberRange }
  | { readonly kind: 'no-more' }

/** In the state of the subtask; `isGivenBack` until that is answered. */
export interface HeldRange {
  readonly range: NumberRange
  readonly isGivenBack: boolean
}

export class HandedOutNumbers {
  readonly #send: (event: ToNumberCoordinator) => void
  #own: NumberRange[] = []
  #givenBack: NumberRange[] = []
  /** No other range will come. */
  isOver = false

  constructor(send: (event: ToNumberCoordinator) => void) {
    this.#send = send
  }

  restore(state: ListState<HeldRange>): void {
    const held = [...state.get()]
    this.#own = held.filter(({ isGivenBack }) => !isGivenBack).map(({ range }) => range)
    this.#givenBack = held.filter(({ isGivenBack }) => isGivenBack).map(({ range }) => range)
  }

  store(state: ListState<HeldRange>): void {
    state.update([
      ...this.#own.map((range) => ({ range, isGivenBack: false })),
      ...this.#givenBack.map((range) => ({ range, isGivenBack: true })),
    ])
  }

  /** What was not answered when the snapshot was taken is said again. */
  sayAgain(): void {
    for (const range of this.#givenBack) this.#send({ kind: 'give-back', range })
  }

  take(event: FromNumberCoordinator): void {
    if (event.kind === 'range') this.#own.push(event.range)
    else if (event.kind === 'no-more') this.isOver = true
    else this.#givenBack = this.#givenBack.filter(([next]) => next !== event.range[0])
  }

  /** The next number; the position moves in the same breath. */
  next(): number | undefined {
    const range = this.#own[0]
    if (range === undefined) return undefined
    const [next, end] = range
    if (next + 1 < end) this.#own[0] = [next + 1, end]
    else this.#own.shift()
    return next
  }

  giveBack(): void {
    const range = this.#own.shift()
    if (range === undefined) return
    this.#givenBack.push(range)
    this.#send({ kind: 'give-back', range })
  }

  get hasOwn(): boolean {
    return this.#own.length > 0
  }

  get isEmpty(): boolean {
    return this.#own.length === 0 && this.#givenBack.length === 0
  }
}
