// Duty: combines rows of panes for windows that move on, with about three merges a window however many panes it has: what lies
// left of a split is combined from the split leftwards, what lies right of it rightwards, so that every row across the split
// is one of the left and one of the right (the two stacks of a queue with aggregates, see Tangwongsan, Hirzel, Schneider:
// "General incremental sliding-window aggregation", VLDB 2015).
// Invariants: no pane that was combined changes while the sweep is in use, and none comes in between. What is combined here is
// never handed out or changed: it is copied before each merge. Of two rows the one whose first record came earlier is the
// first operand, so that a function that keeps a field of the first record finds it.
// Thread: the task worker that owns the operator.
import type { ContentsFold } from './contents-fold.js'

/** What some records were combined to. */
export interface Combined {
  readonly held: unknown
  /** When the first of them came, among all panes of the key. */
  readonly created: number
}

export class PaneSweep {
  /** A time: panes that begin before it are left. */
  readonly split: number
  readonly #left: Combined[] = []
  readonly #right: Combined[] = []

  constructor(split: number) {
    this.split = split
  }

  /** Of so many panes on either side of the split, whose first pane to the right has the index `middle`. What is held is the caller's. */
  combine(
    panes: readonly Combined[],
    sides: { middle: number; left: number; right: number },
    fold: ContentsFold,
  ): Combined {
    const left = this.#leftOf(panes, sides, fold)
    const right = this.#rightOf(panes, sides, fold)
    if (left !== undefined && right !== undefined) return combined(left, right, fold)
    const only = (left ?? right) as Combined
    return { held: fold.copy(only.held), created: only.created }
  }

  #leftOf(
    panes: readonly Combined[],
    sides: { middle: number; left: number },
    fold: ContentsFold,
  ): Combined | undefined {
    const rows = this.#left
    for (let at = rows.length; at < sides.left; at += 1) {
      const pane = panes[sides.middle - 1 - at] as Combined
      rows.push(rowWith(pane, rows[at - 1], fold))
    }
    return rows[sides.left - 1]
  }

  #rightOf(
    panes: readonly Combined[],
    sides: { middle: number; right: number },
    fold: ContentsFold,
  ): Combined | undefined {
    const rows = this.#right
    for (let at = rows.length; at < sides.right; at += 1) {
      const pane = panes[sides.middle + at] as Combined
      rows.push(rowWith(pane, rows[at - 1], fold))
    }
    return rows[sides.right - 1]
  }
}

function rowWith(pane: Combined, row: Combined | undefined, fold: ContentsFold): Combined {
  if (row !== undefined) return combined(pane, row, fold)
  return { held: pane.held, created: pane.created }
}

function combined(one: Combined, other: Combined, fold: ContentsFold): Combined {
  const [first, second] = one.created <= other.created ? [one, other] : [other, one]
  return { held: fold.merge(fold.copy(first.held), fold.copy(second.held)), created: first.created }
}
