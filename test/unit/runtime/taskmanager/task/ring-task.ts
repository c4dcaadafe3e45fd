/** One task of a program, with rings to it and one from it of which the test holds the other ends, stepped by the test. */
import assert from 'node:assert/strict'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { rowStreamSerializer } from '../../../../../src/core/types/row-stream-serializer.js'
import { generateProgramGraph } from '../../../../../src/graph/job-graph-generator.js'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import type { CheckpointOptions } from '../../../../../src/runtime/protocol/checkpoint-options.js'
import { allocateRing } from '../../../../../src/runtime/protocol/ring-memory.js'
import type { EdgeDescriptor, RingMemory } from '../../../../../src/runtime/protocol/task-deployment.js'
import type { WorkerToMaster } from '../../../../../src/runtime/protocol/worker-to-master.js'
import { RingChannelReader } from '../../../../../src/runtime/taskmanager/network/ring-channel-reader.js'
import { RingChannelWriter } from '../../../../../src/runtime/taskmanager/network/ring-channel-writer.js'
import { ChannelConnector } from '../../../../../src/runtime/taskmanager/task/channel-connector.js'
import type { StepResult, StreamTask } from '../../../../../src/runtime/taskmanager/task/stream-task.js'
import { makeTask } from '../../../../../src/runtime/taskmanager/task/task-factory.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { turn } from '../../../../operators/operator-harness.js'
import type { RecordedProgram } from '../../../graph/recorded-program.js'
import { testBarrier } from '../test-barriers.js'
import { testDescriptor, testTaskEnvironment } from '../test-task-environment.js'

const SLOT_BYTES = 4096

export interface RingTaskInput {
  readonly program: RecordedProgram
  /** Which vertex of the program runs. */
  readonly vertex: number
  readonly outputSlots: number
}

export class RingTask {
  readonly clock: ManualClock = new ManualClock(1000)
  readonly sent: WorkerToMaster[] = []
  readonly read: ChannelRecorder = new ChannelRecorder()
  /** The ends of the rings that lead to the task. */
  readonly upstream: readonly RingChannelWriter[]
  readonly task: StreamTask
  readonly #downstream: RingChannelReader

  constructor({ program, vertex: index, outputSlots }: RingTaskInput) {
    const graph = generateProgramGraph(program.pipeline())
    const { vertices, edges } = graph.jobGraph
    const vertex = vertices[index]
    assert.ok(vertex)
    const into = edges.filter(({ targetVertex }) => targetVertex === vertex.id)
    const outOf = edges.filter(({ sourceVertex }) => sourceVertex === vertex.id)
    const rings = into.map(() => allocateRing(SLOT_BYTES, 4))
    const out = allocateRing(SLOT_BYTES, outputSlots)
    this.upstream = rings.map((ring) => new RingChannelWriter(ring, allocateBell(), rowStreamSerializer()))
    this.#downstream = new RingChannelReader(out, allocateBell(), rowStreamSerializer())
    const descriptor = testDescriptor({
      vertexId: vertex.id,
      inputs: into.flatMap(({ id }, place) => rings.slice(place, place + 1).map((ring) => edgeOf(id, ring))),
      outputs: outOf.map(({ id }) => edgeOf(id, out)),
    })
    const environment = testTaskEnvironment({
      clock: this.clock,
      send: (message) => void this.sent.push(message),
    })
    const channels = new ChannelConnector(environment.wake)
    const task = makeTask(descriptor, { jobId: 'j', program: graph, environment, channels })
    this.task = task
    task.start()
  }

  async started(): Promise<this> {
    await this.step()
    return this
  }

  /** One step, and what follows from it by promises. */
  async step(): Promise<StepResult> {
    const result = this.task.step(Number.POSITIVE_INFINITY)
    await turn()
    return result
  }

  /** Reads all that has come out so far. */
  drain(): void {
    while (this.#downstream.hasData()) this.#downstream.drain(this.read, 0)
  }

  trigger(checkpointId: number, stop?: CheckpointOptions['stop']): void {
    this.task.triggerCheckpoint(testBarrier(checkpointId, { stop }))
  }

  /** Kinds of what came out: `watermark`, `barrier` ...; of records none. */
  events(): unknown[] {
    return this.read.elements.map(kindOf).filter((kind) => kind !== 'record')
  }

  /** Kind of what came out last. */
  get last(): unknown {
    return kindOf(this.read.elements.at(-1))
  }
}

function kindOf(element: unknown): unknown {
  return Array.isArray(element) ? (element as unknown[])[0] : element
}

function edgeOf(edgeId: string, memory: RingMemory): EdgeDescriptor {
  const channel = { kind: 'ring', memory, peerBell: allocateBell() } as const
  return { edgeId, channels: [channel], peers: [0], peerParallelism: 1, peerMaxParallelism: 128 }
}
