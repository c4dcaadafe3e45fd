import type { Pipeline } from '../api/environment/pipeline-executor.js'
import type { KeySpec } from '../api/dag/key-spec.js'
import type {
  MultipleInputTransformation,
  OneInputTransformation,
  SourceTransformation,
  Transformation,
} from '../api/dag/transformation.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { computeDefaultMaxParallelism, HIGHEST_MAX_PARALLELISM } from '../core/keygroups/key-group-assignment.js'
import { graphSettingsOf, type GraphSettings } from './graph-settings.js'
import { checkProgramRules } from './program-rules.js'
import { StreamGraph, type EdgeOrigin, type StreamNode } from './stream-graph.js'

const DEFAULT_SLOT_SHARING_GROUP = 'default'

type PhysicalTransformation = SourceTransformation | OneInputTransformation | MultipleInputTransformation

/**
 * Transformations to operators and edges. Everything that was added becomes part of the graph: a source that nobody reads
 * runs too.
 */
export function generateStreamGraph(pipeline: Pipeline): StreamGraph {
  const settings = graphSettingsOf(pipeline.configuration)
  const graph = new StreamGraph(pipeline.jobName, settings)
  const translation = new Translation(graph, settings)
  for (const transformation of pipeline.transformations) translation.originsOf(transformation)
  checkProgramRules(graph.nodes)
  return graph
}

/** One run of the translation; remembers what each transformation became. */
class Translation {
  readonly #graph: StreamGraph
  readonly #settings: GraphSettings
  readonly #done = new Map<Transformation, readonly EdgeOrigin[]>()

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
    }
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
  const { settings } = transformation
  const parallelism = settings.nonParallel ? 1 : (settings.parallelism ?? defaults.defaultParallelism)
  const declared = settings.maxParallelism ?? defaults.maxParallelism
  const maxParallelism = declared ?? computeDefaultMaxParallelism(parallelism)
  checkParallelism(settings.name, parallelism, maxParallelism)
  return {
    id: transformation.id,
    name: settings.name,
    description: settings.description,
    uid: settings.uid,
    uidHash: settings.uidHash,
    operator: transformation.operator,
    keys: keysOf(transformation),
    outputType: transformation.outputType,
    parallelism,
    maxParallelism,
    maxParallelismDeclared: declared !== undefined,
    slotSharingGroup: settings.slotSharingGroup ?? inheritedGroup(origins),
    chainingStrategy: settings.chainingStrategy,
    bufferTimeoutMs: settings.bufferTimeoutMs ?? defaults.bufferTimeoutMs,
    isSource: transformation.type === 'source',
    inEdges: [],
    outEdges: [],
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

function checkParallelism(operator: string, parallelism: number, maxParallelism: number): void {
  if (!Number.isInteger(parallelism) || parallelism < 1) {
    const reason = `its parallelism must be a whole number of at least 1, but is ${String(parallelism)}`
    throw new FlinkError('GRAPH_INVALID', { operator, reason })
  }
  if (!Number.isInteger(maxParallelism) || maxParallelism < 1 || maxParallelism > HIGHEST_MAX_PARALLELISM) {
    const range = `a whole number from 1 to ${String(HIGHEST_MAX_PARALLELISM)}`
    const reason = `its max parallelism must be ${range}, but is ${String(maxParallelism)}`
    throw new FlinkError('GRAPH_INVALID', { operator, reason })
  }
  if (parallelism > maxParallelism) {
    throw new FlinkError('PARALLELISM_ABOVE_MAX', { operator, parallelism, maxParallelism })
  }
}

/** The group of the inputs where they agree. */
function inheritedGroup(origins: readonly EdgeOrigin[]): string {
  const groups = new Set(origins.map((origin) => origin.source.slotSharingGroup))
  const [only] = groups
  return groups.size === 1 && only !== undefined ? only : DEFAULT_SLOT_SHARING_GROUP
}
