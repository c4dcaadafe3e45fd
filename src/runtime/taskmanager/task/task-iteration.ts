// Duty: what a task has of loops: the way back from each tail in it, and what the ends of loops and its input ask for.
// Invariants: made before the chain, as what leaves through a tail leaves the task.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { JobVertex } from '../../../graph/job-graph.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'
import type { FeedbackChannel, FeedbackOutput } from '../network/feedback-channel.js'
import type { InputInterrupt } from '../network/input-interrupt.js'
import type { RecordWriter } from '../network/record-writer.js'
import type { IterationAccess } from '../operators/iteration-access.js'
import type { ChannelConnector } from './channel-connector.js'

export interface TaskIterationInput {
  readonly program: ProgramGraph
  readonly vertex: JobVertex
  readonly subtaskIndex: number
  readonly channels: ChannelConnector
  readonly interrupt: InputInterrupt
}

export class TaskIteration {
  readonly #input: TaskIterationInput
  readonly #outputs = new Map<string, FeedbackOutput>()

  constructor(input: TaskIterationInput) {
    this.#input = input
    const { program, vertex, interrupt } = input
    for (const { id, name: operatorName } of vertex.operators) {
      const binding = program.operators.get(id)
      if (binding?.spec.kind !== 'iteration-tail') continue
      const { loop, tail, bufferTimeoutMs } = binding.spec
      const output = this.#channel(loop, tail).output({ operatorName, interrupt, bufferTimeoutMs })
      this.#outputs.set(placeOf(loop, tail), output)
    }
  }

  get writers(): readonly RecordWriter[] {
    return [...this.#outputs.values()].map(({ writer }) => writer)
  }

  /** `emitMarker`: to all outputs of the task that are in a loop. */
  access(emitMarker: (quietRounds: number) => void): IterationAccess {
    const operators = this.#input.program.jobGraph.vertices.flatMap((vertex) => vertex.operators)
    return {
      loops: operators.filter(({ kind }) => kind === 'iteration-head').length,
      channelFrom: (loop, tail) => this.#channel(loop, tail),
      outputOf: (loop, tail) => {
        const output = this.#outputs.get(placeOf(loop, tail))
        if (output !== undefined) return output
        throw new FlinkError('ASSERTION_FAILED', { what: `the task has no tail ${placeOf(loop, tail)}` })
      },
      emitMarker,
    }
  }

  #channel(loop: number, tail: number): FeedbackChannel {
    const { channels, program, subtaskIndex } = this.#input
    const head = [...program.operators.values()].find(
      ({ spec }) => spec.kind === 'iteration-head' && spec.loop === loop,
    )
    return channels.feedback({ loop, tail, subtaskIndex }, head?.outputType)
  }
}

function placeOf(loop: number, tail: number): string {
  return `${String(loop)}/${String(tail)}`
}
