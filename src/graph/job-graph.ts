import type { ConfigurationEntries } from '../core/config/configuration.js'
import type { BadRecordPolicy } from '../api/dag/on-error.js'
import type { OperatorKind } from '../api/dag/operator-spec.js'
import type { PartitionerKind } from '../api/dag/partitioner-spec.js'

/** One operator inside a chain. The chain is a tree: every operator but the head has one chained input. */
export interface ChainedOperator {
  /** 32 hex digits: hash of the uid, or of the operator's place in the program. State is found by it. */
  readonly id: string
  readonly uid: string | undefined
  /** Present where the program gave one with setUidHash: a restore takes the state of this id where the snapshot has it. */
  readonly uidHash?: string
  readonly name: string
  /** Present where the program gave one with setDescription; shown in plans instead of the name. */
  readonly description?: string
  readonly kind: OperatorKind
  /** Index in `JobVertex.operators` of the operator that feeds this one; -1 for the head. */
  readonly input: number
  /** Present when the chained input is read through a side output. */
  readonly inputSideOutput: string | undefined
  /** True for an operator on a keyed stream (always a head). */
  readonly keyed: boolean
  /** Present where the type of the key was declared and says it (core/keygroups/key-shapes.ts). */
  readonly keyShape?: string
  /** Name of the coordinator of its subtasks, where it has one. */
  readonly coordinator?: string
  /** What becomes of a record with which it fails; absent where the job fails. */
  readonly onError?: BadRecordPolicy
}

/** A task of the job: one chain of operators, run by `parallelism` subtasks. */
export interface JobVertex {
  /** Id of the head operator. */
  readonly id: string
  /** Names of the chain as Flink shows them: `Source: a -> (b, c -> d)`. */
  readonly name: string
  readonly parallelism: number
  readonly maxParallelism: number
  /** False when max parallelism was derived, so a snapshot's value may replace it. */
  readonly maxParallelismDeclared: boolean
  readonly slotSharingGroup: string
  readonly isSource: boolean
  /** Head first, every input before its readers. */
  readonly operators: readonly ChainedOperator[]
}

/** A connection between two vertices over channels. */
export interface JobEdge {
  /** Unique in the graph, the same in every process: `<source operator id>/<index>-<target operator id>/<input>`. */
  readonly id: string
  readonly sourceVertex: string
  /** Index in the source vertex' operators of the operator whose output this is. */
  readonly sourceOperator: number
  readonly sideOutput: string | undefined
  readonly targetVertex: string
  /** Which input of the target's head, from 0 on. Several edges with one number are a union. */
  readonly targetInput: number
  readonly partitioner: PartitionerKind
  /** Path of a declarative key, when the edge is a `hash` edge with one. */
  readonly keyPath: string | undefined
  readonly bufferTimeoutMs: number
  /** Description of the declared type of its records; present where one was declared. */
  readonly recordType?: string
  /** Present where records go round on it, in a loop. */
  readonly isInLoop?: true
}

/** The plan: plain JSON, what travels from the program to the JobMaster. It names no function. */
export interface JobGraph {
  readonly name: string
  /** In topological order, sources first. */
  readonly vertices: readonly JobVertex[]
  readonly edges: readonly JobEdge[]
  /** The effective configuration of the job: files, command line, program; entries by key. */
  readonly configuration: ConfigurationEntries
  /** SHA-256 over vertices and edges: every process must come to the same one. */
  readonly hash: string
}
