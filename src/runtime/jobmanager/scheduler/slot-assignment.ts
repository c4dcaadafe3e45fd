// Duty: which slot (task worker) runs which subtask.
// Invariants: a slot holds at most one subtask of every vertex of its slot sharing group; subtask i of every vertex of a
// group is in the group's i-th slot, so forward edges stay inside a worker.
// Thread: main thread.
import type { JobGraph } from '../../../graph/job-graph.js'

export interface SlotAssignment {
  readonly slotCount: number
  readonly slotOf: (vertexId: string, subtaskIndex: number) => number
}

export function assignSlots(jobGraph: JobGraph): SlotAssignment {
  const widths = new Map<string, number>()
  for (const vertex of jobGraph.vertices) {
    widths.set(vertex.slotSharingGroup, Math.max(widths.get(vertex.slotSharingGroup) ?? 0, vertex.parallelism))
  }
  const firstSlots = new Map<string, number>()
  let slotCount = 0
  for (const [group, width] of widths) {
    firstSlots.set(group, slotCount)
    slotCount += width
  }
  const firstSlotOf = new Map(
    jobGraph.vertices.map((vertex) => [vertex.id, firstSlots.get(vertex.slotSharingGroup) ?? 0]),
  )
  return { slotCount, slotOf: (vertexId, subtaskIndex) => (firstSlotOf.get(vertexId) ?? 0) + subtaskIndex }
}
