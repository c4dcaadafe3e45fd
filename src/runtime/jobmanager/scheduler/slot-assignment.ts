// Duty: which slot of which task worker runs which subtask.
// Invariants: a slot holds at most one subtask of every vertex of its slot sharing group; subtask i of every vertex of a
// group is in the group's i-th slot, so forward edges stay inside a worker. Slots go round the workers, so that the few
// subtasks of a narrow vertex do not all meet in one of them.
// Thread: main thread.
import type { JobGraph } from '../../../graph/job-graph.js'
import type { TaskSlot } from '../executiongraph/execution.js'

export interface SlotAssignment {
  readonly workerCount: number
  /** How many slots a worker has. */
  readonly slotsOf: (worker: number) => number
  readonly placeOf: (vertexId: string, subtaskIndex: number) => TaskSlot
}

/** Either how many slots a worker has, or how many workers there may be: then they share the slots. */
export type WorkerLayout = { readonly slotsPerWorker: number } | { readonly maxWorkers: number }

export function assignSlots(jobGraph: JobGraph, layout: WorkerLayout): SlotAssignment {
  const widths = widthsOf(jobGraph)
  const firstSlots = new Map<string, number>()
  let slotCount = 0
  for (const [group, width] of widths) {
    firstSlots.set(group, slotCount)
    slotCount += width
  }
  const firstSlotOf = new Map(
    jobGraph.vertices.map((vertex) => [vertex.id, firstSlots.get(vertex.slotSharingGroup) ?? 0]),
  )
  const workerCount =
    'maxWorkers' in layout ? Math.min(slotCount, layout.maxWorkers) : Math.ceil(slotCount / layout.slotsPerWorker)
  return {
    workerCount,
    slotsOf: (worker) => Math.ceil((slotCount - worker) / workerCount),
    placeOf: (vertexId, subtaskIndex) => {
      const slot = (firstSlotOf.get(vertexId) ?? 0) + subtaskIndex
      return { worker: slot % workerCount, slot: Math.floor(slot / workerCount) }
    },
  }
}

/** How many slots a job needs. */
export function slotCountOf(jobGraph: Pick<JobGraph, 'vertices'>): number {
  return [...widthsOf(jobGraph).values()].reduce((sum, width) => sum + width, 0)
}

/** Of each slot sharing group the largest parallelism. */
function widthsOf({ vertices }: Pick<JobGraph, 'vertices'>): ReadonlyMap<string, number> {
  const widths = new Map<string, number>()
  for (const { slotSharingGroup, parallelism } of vertices) {
    widths.set(slotSharingGroup, Math.max(widths.get(slotSharingGroup) ?? 0, parallelism))
  }
  return widths
}
