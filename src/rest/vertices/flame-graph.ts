import type { FlameGraphNode, VertexFlameGraph } from '../messages/flame-graph-messages.js'

export const FLAME_GRAPH_TYPES = ['FULL', 'ON_CPU', 'OFF_CPU'] as const
export type FlameGraphType = (typeof FLAME_GRAPH_TYPES)[number]

/** What the subtasks of a vertex were seen at. */
export interface StacksReport {
  readonly endTimestamp: number
  readonly subtasks: readonly {
    readonly subtaskIndex: number
    readonly onCpu: readonly FlameGraphNode[]
    readonly offCpu: readonly FlameGraphNode[]
  }[]
}

export const ENDED: VertexFlameGraph = { endTimestamp: -1, data: null }
export const DISABLED: VertexFlameGraph = { endTimestamp: -2, data: null }
export const WAITING: VertexFlameGraph = { endTimestamp: -3, data: null }

/** All subtasks, or one of them, as one tree. */
export function flameGraphOf(
  { endTimestamp, subtasks }: StacksReport,
  { type, subtask }: { readonly type: FlameGraphType; readonly subtask: number | undefined },
): VertexFlameGraph {
  const wanted = subtasks.filter(({ subtaskIndex }) => subtask === undefined || subtaskIndex === subtask)
  const trees = wanted.flatMap(({ onCpu, offCpu }) => [
    ...(type === 'OFF_CPU' ? [] : onCpu),
    ...(type === 'ON_CPU' ? [] : offCpu),
  ])
  return { endTimestamp, data: merged('root', trees) }
}

function merged(name: string, children: readonly FlameGraphNode[], own = 0): FlameGraphNode {
  const byName = new Map<string, FlameGraphNode[]>()
  for (const child of children) byName.set(child.name, [...(byName.get(child.name) ?? []), child])
  const joined = [...byName].map(([childName, same]) => {
    const value = same.reduce((sum, each) => sum + each.value, 0)
    return merged(
      childName,
      same.flatMap((each) => each.children),
      value,
    )
  })
  const below = joined.reduce((sum, child) => sum + child.value, 0)
  return { name, value: Math.max(own, below), children: joined }
}
