import type { TypeInformation } from '../api/types/type-information.js'
import { isChainable } from './chaining.js'
import type { StreamEdge, StreamGraph, StreamNode } from './stream-graph.js'

/** A node in its chain. */
export interface ChainLink {
  readonly node: StreamNode
  /** Index in the chain of the link that feeds this one; -1 for the head. */
  readonly input: number
  readonly inputSideOutput: string | undefined
  /** Declared type of what it is fed; of the head's input each edge says it. */
  readonly inputType: TypeInformation<unknown> | undefined
}

/** Operators that run as one task: head first, every input before its readers. */
export interface Chain {
  readonly head: StreamNode
  readonly links: readonly ChainLink[]
  /** `a -> (b, c -> d)` */
  readonly name: string
  /** The edges that leave the chain with the link that each starts at, in the order of the program. */
  readonly outputs: readonly ChainOutput[]
}

export interface ChainOutput {
  readonly link: number
  readonly edge: StreamEdge
}

/** Chains in topological order, sources first. */
export function buildChains(graph: StreamGraph): Chain[] {
  const isChained = (edge: StreamEdge): boolean => isChainable(edge, graph.settings.isChainingEnabled)
  const heads = graph.nodes.filter((node) => !node.inEdges.some(isChained))
  // A head's id is larger than the ids of all that it reads, so the order of ids is a topological one.
  const ordered = [...heads.filter((node) => node.isSource), ...heads.filter((node) => !node.isSource)]
  return ordered.map((head) => buildChain(head, isChained))
}

function buildChain(head: StreamNode, isChained: (edge: StreamEdge) => boolean): Chain {
  const links: ChainLink[] = []
  const outputs: ChainOutput[] = []
  const visit = (link: ChainLink): string => {
    const { node } = link
    const index = links.push(link) - 1
    const names: string[] = []
    for (const edge of node.outEdges) {
      const { target, sideOutput: inputSideOutput, outputType: inputType } = edge
      if (isChained(edge)) names.push(visit({ node: target, input: index, inputSideOutput, inputType }))
      else outputs.push({ link: index, edge })
    }
    return chainedName(node.name, names)
  }
  const name = visit({ node: head, input: -1, inputSideOutput: undefined, inputType: undefined })
  outputs.sort((a, b) => a.link - b.link || a.edge.index - b.edge.index)
  return { head, links, name, outputs }
}

function chainedName(name: string, chained: readonly string[]): string {
  if (chained.length === 0) return name
  return chained.length === 1 ? `${name} -> ${chained.join('')}` : `${name} -> (${chained.join(', ')})`
}
