import type { Pipeline } from '../api/environment/pipeline-executor.js'
import type { KeySpec } from '../api/dag/key-spec.js'
import type {
  FeedbackTransformation,
  MultipleInputTransformation,
  OneInputTransformation,
  SourceTransformation,
  Transformation,
} from '../api/dag/transformation.js'
import { graphSettingsOf, type GraphSettings } from './graph-settings.js'
import { headNode, tailNode } from './loop-nodes.js'
import { nodeSettings } from './node-settings.js'
import { checkProgramRules } from './program-rules.js'
import { expandSinks } from './sink-expansion.js'
import { StreamGraph, type EdgeOrigin, type StreamNode } from './stream-graph.js'

type PhysicalTransformation = SourceTransformation | OneInputTransformation | MultipleInputTransformation

/**
 * Transformations to operators and edges. Everything that was added becomes part of the graph: a source that nobody reads
 * runs too.
 */
export function generateStreamGraph(pipeline: Pipeline): StreamGraph {
  const settings = graphSettingsOf(pipeline.configuration)
  const graph = new StreamGraph(pipeline.jobName, settings)
  const translation = new Translation(graph, settings)
  for (const transformation of expandSinks(pipeline.transformations)) translation.originsOf(transformation)
  translation.closeLoops()
  checkProgramRules(graph.nodes, settings)
  return graph
}

/** One run of the translation; remembers what each transformation became. */
class Translation {
  readonly #graph: StreamGraph
  readonly #settings: GraphSettings
  readonly #done = new Map<Transformation, readonly EdgeOrigin[]>()
  readonly #heads = new Map<FeedbackTransformation, StreamNode>()

  constructor(graph: StreamGraph, settings: GraphSettings) {
    this.#graph = graph
    this.#settings = settings
  }

  /** Where the records of a transformation come from: itself, or what a virtual one stands for. */
  originsOf(transformation: Transformation): readonly EdgeOrigin[] {
    const known = this.#done.get(transformation)
    if (known !== undefined) return known
    const origins = this.#translate(transformation)
    this.#done.set(transformation, origins)
    return origins
  }

  #translate(transformation: Transformation): readonly EdgeOrigin[] {
    switch (transformation.type) {
      case 'source':
        return this.#operator(transformation, [])
      case 'one-input':
        return this.#operator(transformation, [this.originsOf(transformation.input)])
      case 'multiple-input':
        return this.#operator(
          transformation,
          transformation.inputs.map(({ input }) => this.originsOf(input)),
        )
      case 'union':
        return transformation.inputs.flatMap((input) => this.originsOf(input))
      case 'partition':
        // The partitioner nearest to the reader decides.
        return this.originsOf(transformation.input).map((origin) => ({
          ...origin,
          partitioner: transformation.partitioner,
        }))
      case 'side-output':
        return this.originsOf(transformation.input).map((origin) => ({
          ...origin,
          sideOutput: transformation.tag,
          outputType: transformation.outputType,
        }))
      case 'feedback':
        return this.#loop(transformation)
    }
  }

  /** When all that is read is known: what goes back to the heads. */
  closeLoops(): void {
    // A feedback stream may begin with another loop, which is added while this goes through them.
    for (const [transformation, head] of this.#heads) {
      const tails = transformation.feedback.map((edge, tail) => {
        const origins = this.originsOf(edge.input)
        const node = tailNode({ transformation, head, edge, tail, defaults: this.#settings })
        this.#graph.addNode(node)
        for (const origin of origins) this.#graph.connect(origin, node, 0)
        return node
      })
      this.#graph.addLoop({ head, tails })
    }
  }

  #loop(transformation: FeedbackTransformation): readonly EdgeOrigin[] {
    const input = this.originsOf(transformation.input)
    const head = headNode(transformation, input, this.#settings)
    this.#graph.addNode(head)
    this.#heads.set(transformation, head)
    const { outputType, reads } = transformation
    const own = { source: head, partitioner: undefined, sideOutput: undefined, outputType }
    return reads === 'alone' ? [own] : [...input, own]
  }

  #operator(
    transformation: PhysicalTransformation,
    originsByInput: readonly (readonly EdgeOrigin[])[],
  ): readonly EdgeOrigin[] {
    const node = makeNode(transformation, originsByInput.flat(), this.#settings)
    this.#graph.addNode(node)
    for (const [input, origins] of originsByInput.entries()) {
      for (const origin of origins) this.#graph.connect(origin, node, input)
    }
    return [{ source: node, partitioner: undefined, sideOutput: undefined, outputType: transformation.outputType }]
  }
}

function makeNode(
  transformation: PhysicalTransformation,
  origins: readonly EdgeOrigin[],
  defaults: GraphSettings,
): StreamNode {
  return {
    id: transformation.id,
    operator: transformation.operator,
    keys: keysOf(transformation),
    outputType: transformation.outputType,
    isSource: transformation.type === 'source',
    ...nodeSettings(transformation.settings, origins, defaults),
  }
}

function keysOf(transformation: PhysicalTransformation): readonly (KeySpec | undefined)[] {
  switch (transformation.type) {
    case 'source':
      return []
    case 'one-input':
      return [transformation.key]
    case 'multiple-input':
      return transformation.inputs.map(({ key }) => key)
  }
}
