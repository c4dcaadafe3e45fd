// Where the records that an operator gets have their timestamps from, for the message that one has none.
import type { TimestampOrigin } from './program-graph.js'
import type { StreamNode } from './stream-graph.js'

/** What the plan says: the nearest places upstream that give timestamps, else whether there is one downstream. */
export function timestampOriginOf(node: StreamNode): TimestampOrigin {
  const byInput = node.keys.map((_, input) => strategiesBefore(node, input))
  const before = byInput.flat()
  if (before.length > 0 && byInput.some((ofInput) => ofInput.length === 0)) return 'one-stream'
  if (before.some((place) => place.hasAssigner)) return 'assigner'
  if (before.length > 0) return 'strategy'
  return isAssignedAfter(node) ? 'downstream' : 'nowhere'
}

function strategiesBefore(node: StreamNode, input: number): readonly { readonly hasAssigner: boolean }[] {
  const found: { readonly hasAssigner: boolean }[] = []
  const first = node.inEdges.filter(({ targetInput }) => targetInput === input).map(({ source }) => source)
  visit(first, (each) => {
    const { operator } = each
    if (operator.kind === 'timestamps-and-watermarks') {
      found.push({ hasAssigner: operator.strategy.timestampAssigner !== undefined })
      return []
    }
    if (operator.kind === 'source') {
      const { timestampAssigner, generator } = operator.watermarkStrategy
      const hasAssigner = timestampAssigner !== undefined
      if (hasAssigner || generator.kind !== 'none') found.push({ hasAssigner })
    }
    return sourcesOf(each)
  })
  return found
}

function isAssignedAfter(node: StreamNode): boolean {
  let isAssigned = false
  visit(targetsOf(node), (each) => {
    isAssigned ||= each.operator.kind === 'timestamps-and-watermarks'
    return targetsOf(each)
  })
  return isAssigned
}

function visit(first: readonly StreamNode[], next: (node: StreamNode) => readonly StreamNode[]): void {
  const seen = new Set(first)
  for (const node of seen) for (const each of next(node)) seen.add(each)
}

function sourcesOf(node: StreamNode): readonly StreamNode[] {
  return node.inEdges.map(({ source }) => source)
}

function targetsOf(node: StreamNode): readonly StreamNode[] {
  return node.outEdges.map(({ target }) => target)
}
