// Duty: how far the subtasks of a source may read, so that no source of its group gets too far ahead of the slowest.
// Invariants: who has reported nothing is not waited for. Sources of a group tell each other the smallest time of their
// subtasks when it has changed; each adds its own drift. Nothing of it is state.
// Thread: the task worker of the operator's first subtask.
import type { WatermarkAlignment } from '../../../api/eventtime/watermark-strategy.js'
import { MAX_WATERMARK } from '../network/stream-element.js'

/** What the coordinators of a group tell each other. */
interface GroupWatermark {
  readonly alignmentGroup: string
  readonly watermarkMs: number
}

export interface GroupAlignmentInput {
  readonly alignment: WatermarkAlignment
  readonly tellOthers: (event: GroupWatermark) => void
  readonly announce: (maxWatermarkMs: number) => void
}

export class GroupAlignment {
  readonly #input: GroupAlignmentInput
  readonly #bySubtask = new Map<number, number>()
  readonly #bySource = new Map<string, number>()
  #own: number | undefined

  constructor(input: GroupAlignmentInput) {
    this.#input = input
  }

  get updateIntervalMs(): number {
    return this.#input.alignment.updateIntervalMs
  }

  reported(subtask: number, watermarkMs: number): void {
    this.#bySubtask.set(subtask, watermarkMs)
    this.#tellOwn()
  }

  /** It goes back, and reports where it is then. */
  forget(subtask: number): void {
    this.#bySubtask.delete(subtask)
    this.#tellOwn()
  }

  /** Coordinators of other operators may tell anything. */
  told(operatorId: string, event: unknown): void {
    if (isGroupWatermark(event) && event.alignmentGroup === this.#input.alignment.group) {
      this.#bySource.set(operatorId, event.watermarkMs)
    }
  }

  announce(): void {
    const { alignment, announce } = this.#input
    const time = smallest([...this.#bySource.values(), ...(this.#own === undefined ? [] : [this.#own])])
    if (time !== undefined) announce(time === MAX_WATERMARK ? time : time + alignment.maxDriftMs)
  }

  #tellOwn(): void {
    const own = smallest(this.#bySubtask.values())
    if (own === this.#own) return
    this.#own = own
    if (own !== undefined) this.#input.tellOthers({ alignmentGroup: this.#input.alignment.group, watermarkMs: own })
  }
}

function smallest(watermarks: Iterable<number>): number | undefined {
  let least: number | undefined
  for (const watermark of watermarks) if (least === undefined || watermark < least) least = watermark
  return least
}

function isGroupWatermark(event: unknown): event is GroupWatermark {
  return typeof event === 'object' && event !== null && 'alignmentGroup' in event && 'watermarkMs' in event
}
