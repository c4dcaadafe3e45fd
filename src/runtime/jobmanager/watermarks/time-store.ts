// Duty: the newest report of time of every subtask of one attempt, and since when each watermark stands where it stands.
// Invariants: a watermark stands since the first report that had it: with reports at an interval that may be later than it
// came, never earlier. A new attempt has a new store, and a subtask that restarts none of its reports.
// Thread: main thread.
import type { TaskTimeReport } from '../../protocol/time-report.js'

/** Epoch ms. */
export interface SubtaskTime {
  readonly report: TaskTimeReport
  /** By input. */
  readonly inputsSince: readonly number[]
  /** By operator, and by split of an operator. */
  readonly makersSince: ReadonlyMap<string, number>
}

export function splitKey(operatorId: string, splitId: string): string {
  return `${operatorId}/${splitId}`
}

export class TimeStore {
  readonly #subtasks = new Map<string, SubtaskTime>()
  readonly #waiting = new Set<() => void>()
  #unreported = new Set<string>()

  find(vertexId: string, subtask: number): SubtaskTime | undefined {
    return this.#subtasks.get(keyOf(vertexId, subtask))
  }

  /** It restarts: nothing of before is true of it. */
  forget(vertexId: string, subtask: number): void {
    this.#subtasks.delete(keyOf(vertexId, subtask))
  }

  /** How many late records the operators have dropped, in all subtasks. */
  lateRecords(): ReadonlyMap<string, number> {
    const dropped = new Map<string, number>()
    for (const { report } of this.#subtasks.values()) {
      for (const { operatorId, numDropped } of report.lateRecords) {
        dropped.set(operatorId, (dropped.get(operatorId) ?? 0) + numDropped)
      }
    }
    return dropped
  }

  put(vertexId: string, subtask: number, report: TaskTimeReport, nowMs: number): void {
    const key = keyOf(vertexId, subtask)
    this.#subtasks.set(key, later(this.#subtasks.get(key), report, nowMs))
    this.#unreported.delete(report.executionId)
    if (this.#unreported.size > 0) return
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  /** Resolves when each of these has reported once more. Who asks again meanwhile waits for the later answers. */
  nextReports(executionIds: readonly string[]): Promise<void> {
    if (executionIds.length === 0) return Promise.resolve()
    this.#unreported = new Set(executionIds)
    return new Promise((resolve) => {
      this.#waiting.add(resolve)
    })
  }
}

function keyOf(vertexId: string, subtask: number): string {
  return `${vertexId}/${String(subtask)}`
}

function later(before: SubtaskTime | undefined, report: TaskTimeReport, nowMs: number): SubtaskTime {
  const inputsSince = report.inputs.map(({ watermark }, index) => {
    return before?.report.inputs[index]?.watermark === watermark ? (before.inputsSince[index] ?? nowMs) : nowMs
  })
  const known = before === undefined ? new Map<string, number>() : watermarksOf(before.report)
  const makersSince = new Map<string, number>()
  for (const [key, watermark] of watermarksOf(report)) {
    makersSince.set(key, known.get(key) === watermark ? (before?.makersSince.get(key) ?? nowMs) : nowMs)
  }
  return { report, inputsSince, makersSince }
}

/** By operator, and by split of an operator. */
function watermarksOf({ makers }: TaskTimeReport): Map<string, number> {
  const watermarks = new Map<string, number>()
  for (const { operatorId, watermark, splits } of makers) {
    watermarks.set(operatorId, watermark)
    for (const split of splits) watermarks.set(splitKey(operatorId, split.splitId), split.watermark)
  }
  return watermarks
}
