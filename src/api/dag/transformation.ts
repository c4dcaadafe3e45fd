import type { AnySink } from '../connector/sink2/sink-check.js'
import type { TypeInformation } from '../types/type-information.js'
import type { KeySpec } from './key-spec.js'
import type { BadRecordSettings } from './on-error.js'
import type { OperatorSpec } from './operator-spec.js'
import type { PartitionerSpec } from './partitioner-spec.js'

/** `always`: chains to its input where it can; `head`: starts a chain; `never`: stands alone. */
export type ChainingStrategy = 'always' | 'head' | 'never'

/** Settings of an operator that its user may change after it was made (uid, name, parallelism ...). */
export interface TransformationSettings {
  name: string
  description: string | undefined
  uid: string | undefined
  uidHash: string | undefined
  /** Undefined: the job's default. */
  parallelism: number | undefined
  maxParallelism: number | undefined
  slotSharingGroup: string | undefined
  chainingStrategy: ChainingStrategy
  bufferTimeoutMs: number | undefined
  /** True where the parallelism must stay 1 (fromElements, forceNonParallel ...). */
  nonParallel: boolean
  /** Undefined: a record that fails fails the job. */
  badRecords: BadRecordSettings | undefined
}

interface TransformationBase {
  /** Number of the transformation within its environment, counted from 1 in the order of the calls: deterministic. */
  readonly id: number
  readonly settings: TransformationSettings
  /** Undefined where neither the user nor the operator declared it. */
  outputType: TypeInformation<unknown> | undefined
}

export interface SourceTransformation extends TransformationBase {
  readonly type: 'source'
  readonly operator: OperatorSpec
  readonly bounded: boolean
}

export interface OneInputTransformation extends TransformationBase {
  readonly type: 'one-input'
  readonly input: Transformation
  readonly operator: OperatorSpec
  /** Present where the operator works on a keyed stream: its keyed state and context are by this key. */
  readonly key: KeySpec | undefined
}

/** One input of an operator that has several. */
export interface TransformationInput {
  readonly input: Transformation
  /** Present where the input is keyed; the keys of all keyed inputs are of one type, as they share one state. */
  readonly key: KeySpec | undefined
}

/** An operator whose inputs have a number, a key and a time of their own. */
export interface MultipleInputTransformation extends TransformationBase {
  readonly type: 'multiple-input'
  /** In the order of their numbers. */
  readonly inputs: readonly TransformationInput[]
  readonly operator: OperatorSpec
}

export interface UnionTransformation extends TransformationBase {
  readonly type: 'union'
  readonly inputs: readonly Transformation[]
}

/** A virtual node: says how its input's records travel to whoever reads it. */
export interface PartitionTransformation extends TransformationBase {
  readonly type: 'partition'
  readonly input: Transformation
  readonly partitioner: PartitionerSpec
}

/** A virtual node: the records that its input wrote to the side output `tag`. */
export interface SideOutputTransformation extends TransformationBase {
  readonly type: 'side-output'
  readonly input: Transformation
  readonly tag: string
}

/** One stream that goes back to where a loop begins. */
export interface FeedbackEdge {
  /** Number of the `closeWith` among the transformations. */
  readonly id: number
  readonly input: Transformation
}

/** A virtual node: where a loop begins. What comes back is read together with the input, or alone. */
export interface FeedbackTransformation extends TransformationBase {
  readonly type: 'feedback'
  /** What goes into the loop, and says how parallel the loop is. */
  readonly input: Transformation
  /** `with-input`: records of the input and those that come back are one stream; `alone`: these are a stream of their own. */
  readonly reads: 'with-input' | 'alone'
  readonly maxWaitMs: number
  /** Filled by `closeWith`. */
  readonly feedback: FeedbackEdge[]
}

/** A step of a recorded program. DataStream calls only append these; `execute()` hands them to the PipelineExecutor. */
export type Transformation =
  | SourceTransformation
  | OneInputTransformation
  | MultipleInputTransformation
  | UnionTransformation
  | PartitionTransformation
  | SideOutputTransformation
  | FeedbackTransformation

/** A sink with writers, of which the graph makes operators when all its settings are known: see graph/sink-expansion.ts. */
export interface SinkTransformation extends TransformationBase {
  readonly type: 'sink'
  readonly input: Transformation
  readonly sink: AnySink
}

/** What a program records; nothing reads from a sink. */
export type RecordedTransformation = Transformation | SinkTransformation

/** What a transformation has for its parallelism so far; undefined: the job's default. */
export function parallelismOf(transformation: Transformation): number | undefined {
  switch (transformation.type) {
    case 'partition':
    case 'side-output':
      return parallelismOf(transformation.input)
    case 'union': {
      const [first] = transformation.inputs
      return first === undefined ? undefined : parallelismOf(first)
    }
    case 'feedback':
      return transformation.settings.parallelism ?? parallelismOf(transformation.input)
    default:
      return transformation.settings.nonParallel ? 1 : transformation.settings.parallelism
  }
}

/** Whether one of them is made of the other, directly or not; the ways back of loops do not count. */
export function descendsFrom(transformation: Transformation, ancestor: Transformation): boolean {
  return ancestorsOf(transformation).has(ancestor)
}

/** All that transformations are made of, and they themselves; the ways back of loops do not count. */
export function ancestorsOf(...transformations: readonly Transformation[]): ReadonlySet<Transformation> {
  const seen = new Set<Transformation>()
  const open = [...transformations]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    open.push(...inputsOf(next))
  }
  return seen
}

function inputsOf(transformation: Transformation): readonly Transformation[] {
  switch (transformation.type) {
    case 'source':
      return []
    case 'union':
      return transformation.inputs
    case 'multiple-input':
      return transformation.inputs.map(({ input }) => input)
    default:
      return [transformation.input]
  }
}
