// Duty: the operators of one task, built from the plan's chain and the program's functions, and wired to each other.
// Invariants: operators are made from the chain's ends to its head, so an output's readers exist before it. Head first
// is the order of elements, finish and snapshots; open and restore go from the ends to the head.
// Thread: the task's worker.
import type { TypeInformation } from '../../../api/types/type-information.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { ChainedOperator, JobVertex } from '../../../graph/job-graph.js'
import type { OperatorBinding, ProgramGraph } from '../../../graph/program-graph.js'
import type { RecordWriter } from '../network/record-writer.js'
import { AccumulatorRegistry } from '../operators/accumulator-registry.js'
import { BadRecords } from '../operators/bad-records.js'
import { FinishedOperator } from '../operators/finished-operator.js'
import { createOperator } from './operator-factory.js'
import { GuardedInput, GuardedOutput } from '../operators/guarded-input.js'
import type { Output } from '../operators/output.js'
import type { Input, OperatorContext, StreamOperator } from '../operators/stream-operator.js'
import { ChainCopiers } from './chain-copiers.js'
import { chainedTarget, networkTarget, outputTo, type OutputReader } from './chain-outputs.js'

/** A channel edge that leaves the chain. */
export interface ChainEdge {
  /** Index of the operator whose output it is. */
  readonly operator: number
  readonly sideOutput: string | undefined
  readonly writer: RecordWriter
}

/** What an operator has of its chain. */
export interface OperatorSurroundings extends Pick<
  OperatorContext,
  'output' | 'waitingCopier' | 'accumulators' | 'badRecords'
> {
  /** Of its records, where it is declared. */
  readonly inputType: TypeInformation<unknown> | undefined
  readonly operatorId: string
  readonly isCoordinated: boolean
}

export interface OperatorChainInput {
  readonly vertex: JobVertex
  readonly program: ProgramGraph
  readonly edges: readonly ChainEdge[]
  /** `pipeline.object-reuse`: chained operators get the object that was emitted. */
  readonly isObjectReuseEnabled: boolean
  /** Ids of those that had finished before the restore. */
  readonly finishedOperators?: readonly string[] | undefined
  readonly contextFor: (operatorName: string, surroundings: OperatorSurroundings) => OperatorContext
}

export class OperatorChain {
  /** Head first. */
  readonly operators: readonly StreamOperator[]
  readonly head: StreamOperator
  /** Of the head, by number: what its channels are given to. */
  readonly inputs: readonly Input[]
  readonly accumulators: AccumulatorRegistry = new AccumulatorRegistry()

  constructor(input: OperatorChainInput) {
    const built = buildOperators(input, this.accumulators)
    const [head] = built
    if (head === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `vertex ${input.vertex.name} is empty` })
    this.operators = built.map(({ operator }) => operator)
    this.head = head.operator
    this.inputs = head.inputs
  }
}

/** An operator, and what stands before it: its inputs themselves, or what looks after its bad records. */
interface ChainPart {
  readonly operator: StreamOperator
  readonly inputs: readonly Input[]
}

function buildOperators(input: OperatorChainInput, accumulators: AccumulatorRegistry): ChainPart[] {
  const { vertex, program, edges } = input
  const copiers = new ChainCopiers(input)
  const parts: ChainPart[] = []
  const readers = readersByInput(vertex)
  for (let index = vertex.operators.length - 1; index >= 0; index -= 1) {
    const node = vertex.operators[index]
    const binding = node === undefined ? undefined : program.operators.get(node.id)
    if (node === undefined || binding === undefined) {
      throw new FlinkError('ASSERTION_FAILED', { what: `the program has no operator ${node?.id ?? String(index)}` })
    }
    const chained = chainedReaders(readers.get(index) ?? [], { vertex, parts, copiers })
    const output = outputTo([...chained, ...edgeReaders(index, edges)])
    parts[index] = buildOperator({ input, index, node, binding, output, copiers, accumulators })
  }
  return parts
}

interface OperatorToBuild {
  readonly input: OperatorChainInput
  /** In the chain. */
  readonly index: number
  readonly node: ChainedOperator
  readonly binding: OperatorBinding
  readonly output: Output
  readonly copiers: ChainCopiers
  readonly accumulators: AccumulatorRegistry
}

function buildOperator(built: OperatorToBuild): ChainPart {
  const { input, index, node, binding, output, copiers, accumulators } = built
  const { id: operatorId, name, onError: policy } = node
  const waitingCopier = copiers.forWaiting(index, binding)
  const inputType = input.program.inputTypes.get(operatorId)
  const isCoordinated = node.coordinator !== undefined
  const surroundings = { waitingCopier, inputType, accumulators, operatorId, isCoordinated }
  if (input.finishedOperators?.includes(operatorId) === true) {
    const context = input.contextFor(name, { output, ...surroundings })
    const operator = new FinishedOperator(node, inputCountOf(index, input), context)
    return { operator, inputs: operator.inputs }
  }
  if (policy === undefined) {
    const operator = createOperator(binding, input.contextFor(name, { output, ...surroundings }))
    return { operator, inputs: operator.inputs }
  }
  const guarded = new GuardedOutput(output, copiers.forHeld(binding))
  const badRecords = new BadRecords(policy, output)
  const operator = createOperator(binding, input.contextFor(name, { output: guarded, badRecords, ...surroundings }))
  return { operator, inputs: operator.inputs.map((each) => new GuardedInput(each, guarded, badRecords)) }
}

/** Of the operator at this place in the chain. */
function inputCountOf(index: number, { vertex, program }: OperatorChainInput): number {
  if (index > 0) return 1
  const edges = program.jobGraph.edges.filter(({ targetVertex }) => targetVertex === vertex.id)
  return Math.max(0, ...edges.map(({ targetInput }) => targetInput + 1))
}

/** By place in the chain: the places of those that read what the operator there emits. */
function readersByInput({ operators }: JobVertex): ReadonlyMap<number, readonly number[]> {
  const readers = new Map<number, number[]>()
  for (const [position, { input }] of operators.entries()) {
    const known = readers.get(input)
    if (known === undefined) readers.set(input, [position])
    else known.push(position)
  }
  return readers
}

interface ChainInTheMaking {
  readonly vertex: JobVertex
  readonly parts: readonly ChainPart[]
  readonly copiers: ChainCopiers
}

function chainedReaders(positions: readonly number[], chain: ChainInTheMaking): OutputReader[] {
  return positions.flatMap((position) => {
    const [node, part] = [chain.vertex.operators[position], chain.parts[position]]
    // Only an operator with one input is chained to another one.
    const input = part?.inputs[0]
    if (node === undefined || input === undefined) return []
    return [{ sideOutput: node.inputSideOutput, target: chainedTarget(input, chain.copiers.before(position)) }]
  })
}

function edgeReaders(index: number, edges: readonly ChainEdge[]): OutputReader[] {
  const mine = edges.filter((edge) => edge.operator === index)
  return mine.map(({ sideOutput, writer }) => ({ sideOutput, target: networkTarget(writer) }))
}
