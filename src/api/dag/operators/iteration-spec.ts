import type { KeepsState } from './keeps-state.js'

/** The two ends of the way back of a loop, which the graph puts in; a program has no function in them. */
export type IterationSpec =
  | {
      readonly kind: 'iteration-head'
      /** Number of the loop within its program. */
      readonly loop: number
      /** How many tails it has: `closeWith` was called so many times. */
      readonly tails: number
      /** How long nothing may have come back before the loop ends, in ms; 0: it ends as soon as it is empty. */
      readonly maxWaitMs: number
    }
  | {
      readonly kind: 'iteration-tail'
      readonly loop: number
      /** Which of the loop's tails it is, from 0 on. */
      readonly tail: number
      /** Longest time in ms that a record waits in a half-full buffer. */
      readonly bufferTimeoutMs: number
    }

export const iterationKeepsState: KeepsState<IterationSpec> = { 'iteration-head': true, 'iteration-tail': false }
