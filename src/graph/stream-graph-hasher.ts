import { FlinkError } from '../core/errors/flink-error.js'
import { murmur3x64Of128 } from '../core/hash/murmur3-128.js'
import { isChainable } from './chaining.js'
import type { StreamGraph, StreamNode } from './stream-graph.js'

/** Operator ids, 32 hex digits by node id. */
export type OperatorIds = ReadonlyMap<number, string>

/** The id of an operator with this uid; the same as in Apache Flink. */
export function operatorIdOfUid(uid: string): string {
  return toHex(murmur3x64Of128(new TextEncoder().encode(uid)))
}

/**
 * Ids of all operators, as Flink's StreamGraphHasherV2 makes them: of the uid where there is one, else of the place in the
 * program: number in a breadth-first walk from the sources, chained outputs, ids of the inputs. So a changed program
 * changes the ids of operators without uid, and only those. A uid hash is another id by which a restore looks for state first: it may
 * not be the id of another operator.
 */
export function hashStreamGraph(graph: StreamGraph): OperatorIds {
  const hashes = new Map<StreamNode, Uint8Array>()
  const queue: StreamNode[] = [...graph.sources]
  const visited = new Set<StreamNode>(queue)
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    const hash = hashNode(node, hashes, graph.settings.isChainingEnabled)
    if (hash === undefined) {
      // An input has no hash yet: that input's walk comes back to this node.
      visited.delete(node)
      continue
    }
    hashes.set(node, hash)
    for (const { target } of node.outEdges) {
      if (visited.has(target)) continue
      visited.add(target)
      queue.push(target)
    }
  }
  return collectIds(graph, hashes)
}

function hashNode(
  node: StreamNode,
  hashes: ReadonlyMap<StreamNode, Uint8Array>,
  isChainingEnabled: boolean,
): Uint8Array | undefined {
  if (node.uid !== undefined) return murmur3x64Of128(new TextEncoder().encode(node.uid))
  const inputs: Uint8Array[] = []
  for (const { source } of node.inEdges) {
    const input = hashes.get(source)
    if (input === undefined) return undefined
    inputs.push(input)
  }
  const chainedOutputs = node.outEdges.filter((edge) => isChainable(edge, isChainingEnabled)).length
  const hash = murmur3x64Of128(repeatedInt(hashes.size, 1 + chainedOutputs))
  for (const input of inputs) hash.forEach((byte, index) => (hash[index] = (byte * 37) ^ (input[index] ?? 0)))
  return hash
}

function repeatedInt(value: number, times: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * times))
  for (let index = 0; index < times; index += 1) view.setInt32(4 * index, value, true)
  return new Uint8Array(view.buffer)
}

function collectIds(graph: StreamGraph, hashes: ReadonlyMap<StreamNode, Uint8Array>): OperatorIds {
  const ids = new Map<number, string>()
  const owners = new Map<string, StreamNode>()
  for (const node of graph.nodes) {
    const hash = hashes.get(node)
    if (hash === undefined)
      throw new FlinkError('ASSERTION_FAILED', { what: `${node.name} was not reached from a source` })
    const id = toHex(hash)
    for (const each of new Set([id, node.uidHash?.toLowerCase() ?? id])) claim(each, node, owners)
    ids.set(node.id, id)
  }
  return ids
}

function claim(id: string, node: StreamNode, owners: Map<string, StreamNode>): void {
  const owner = owners.get(id)
  if (owner !== undefined) {
    const reason = `its id ${id} is also that of ${owner.name}. Give both a uid of their own.`
    throw new FlinkError('GRAPH_INVALID', { operator: node.name, reason })
  }
  owners.set(id, node)
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
