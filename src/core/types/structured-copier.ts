import { NODE, type GraphNode } from './object-graph.js'
import { ObjectGraphReader } from './object-graph-reader.js'
import { ObjectGraphWriter } from './object-graph-writer.js'
import { copyPlain, PlainValueCheck } from './plain-value.js'
import type { RegisteredTypes } from './registered-types.js'

/** Copies whatever the structured serializer carries, and refuses what it refuses: the same walk, without the bytes. */
export class StructuredCopier {
  readonly #check = new PlainValueCheck()
  readonly #registered: RegisteredTypes

  constructor(registered: RegisteredTypes) {
    this.#registered = registered
  }

  copy(value: unknown): unknown {
    if (this.#check.isPlain(value)) return copyPlain(value)
    const nodes = ObjectGraphWriter.flatten(value, this.#registered)
    return ObjectGraphReader.restore(nodes.map(withOwnBytes), this.#registered)
  }
}

/** A node of a Buffer holds that very Buffer; the bytes of all others are copied when the node is restored. */
function withOwnBytes(node: GraphNode): GraphNode {
  const [kind, bytes] = node
  return kind === NODE.buffer && Buffer.isBuffer(bytes) ? [kind, Buffer.from(bytes)] : node
}
