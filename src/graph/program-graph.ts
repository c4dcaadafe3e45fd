import type { KeySpec } from '../api/dag/key-spec.js'
import type { OperatorSpec } from '../api/dag/operator-spec.js'
import type { PartitionerSpec } from '../api/dag/partitioner-spec.js'
import type { TypeInformation } from '../api/types/type-information.js'
import type { RegisteredTypes } from '../core/types/registered-types.js'
import type { JobGraph } from './job-graph.js'

/**
 * Where an operator's records have their timestamps from: a strategy upstream with an assigner of timestamps, one without, or
 * none, with or without one downstream of the operator. Of two streams one alone may have a strategy.
 */
export type TimestampOrigin = 'assigner' | 'one-stream' | 'strategy' | 'downstream' | 'nowhere'

/** The living half of an operator of the plan: what a worker needs beside the JSON to run it. */
export interface OperatorBinding {
  readonly operatorId: string
  readonly name: string
  readonly uid: string | undefined
  readonly spec: OperatorSpec
  /** By input; undefined where an input is not keyed. */
  readonly keys: readonly (KeySpec | undefined)[]
  readonly outputType: TypeInformation<unknown> | undefined
  /** Of windows, which need them. */
  readonly timestampOrigin?: TimestampOrigin
}

/** A plan with the functions of this process beside it; operators are found by operator id, partitioners and types by edge id. */
export interface ProgramGraph {
  readonly jobGraph: JobGraph
  readonly operators: ReadonlyMap<string, OperatorBinding>
  readonly partitioners: ReadonlyMap<string, PartitionerSpec>
  /** Declared types of the records of edges, by edge id: of the operator's output, or of the side output's tag. */
  readonly edgeTypes: ReadonlyMap<string, TypeInformation<unknown>>
  /** Declared types of the records that operators get from an operator of their own chain, by id of the one that gets them. */
  readonly inputTypes: ReadonlyMap<string, TypeInformation<unknown>>
  /** The classes whose instances travel through exchanges and state. */
  readonly registeredTypes: RegisteredTypes
}
