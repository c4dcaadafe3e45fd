/** A map with rings to it and from it in which barriers may overtake; the test holds the other ends and steps the task. */
import assert from 'node:assert/strict'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { DataInputView } from '../../../../../src/core/memory/data-input-view.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { rowStreamSerializer } from '../../../../../src/core/types/row-stream-serializer.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import { generateProgramGraph } from '../../../../../src/graph/job-graph-generator.js'
import type { CheckpointOptions } from '../../../../../src/runtime/protocol/checkpoint-options.js'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import { allocateRing } from '../../../../../src/runtime/protocol/ring-memory.js'
import type { EdgeDescriptor, RingMemory } from '../../../../../src/runtime/protocol/task-deployment.js'
import type { AcknowledgeCheckpoint, WorkerToMaster } from '../../../../../src/runtime/protocol/worker-to-master.js'
import { RingChannelReader } from '../../../../../src/runtime/taskmanager/network/ring-channel-reader.js'
import { RingChannelWriter } from '../../../../../src/runtime/taskmanager/network/ring-channel-writer.js'
import type { InFlightRecords } from '../../../../../src/runtime/taskmanager/network/in-flight-records.js'
import { storedTimeOf } from '../../../../../src/runtime/taskmanager/network/stored-time.js'
import type { CheckpointBarrier } from '../../../../../src/runtime/taskmanager/network/stream-element.js'
import { ChannelConnector } from '../../../../../src/runtime/taskmanager/task/channel-connector.js'
import type { StepResult, StreamTask } from '../../../../../src/runtime/taskmanager/task/stream-task.js'
import { makeTask } from '../../../../../src/runtime/taskmanager/task/task-factory.js'
import type { ChannelStateHandle } from '../../../../../src/storage/state-handles.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { turn } from '../../../../operators/operator-harness.js'
import { RecordedProgram } from '../../../graph/recorded-program.js'
import { testBarrier } from '../test-barriers.js'
import { testDescriptor, testTaskEnvironment } from '../test-task-environment.js'

const SLOT_BYTES = 128
const SLOTS = 2
/** So many steps in which nothing happens: files take some turns. */
const QUIET_STEPS = 12
const MEMORY = { kind: 'memory', maxStateSizeBytes: 10_000_000 } as const

export interface UnalignedTaskInput {
  /** Edges into the task, of one channel each. */
  readonly inputs?: number
  /** Those of them on which barriers keep their places. */
  readonly alignedOnly?: readonly number[]
  readonly announcedBytes?: number
  readonly inputSlots?: number
  readonly restored?: readonly ChannelStateHandle[]
  readonly files?: InMemoryFileSystem
  readonly subtaskIndex?: number
  readonly parallelism?: number
}

export class UnalignedTask {
  readonly clock: ManualClock = new ManualClock()
  readonly sent: WorkerToMaster[] = []
  /** What the map was given, in order, and how much of it was before which snapshot. */
  readonly processed: unknown[] = []
  readonly snapshots = new Map<number, readonly unknown[]>()
  readonly upstream: readonly RingChannelWriter[]
  readonly downstream: RingChannelReader
  readonly read = new ChannelRecorder()
  readonly task: StreamTask
  readonly files: InMemoryFileSystem

  constructor(input: UnalignedTaskInput = {}) {
    const { inputs = 2, alignedOnly = [], announcedBytes = 400, files = new InMemoryFileSystem() } = input
    this.files = files
    const graph = generateProgramGraph(this.#program(inputs).pipeline(settingsOf(input)))
    const { vertices, edges } = graph.jobGraph
    const vertex = vertices.find(({ operators }) => operators[0]?.name === 'map')
    assert.ok(vertex)
    const into = edges.filter(({ targetVertex }) => targetVertex === vertex.id)
    const [outOf] = edges.filter(({ sourceVertex }) => sourceVertex === vertex.id)
    assert.ok(into.length === inputs && outOf !== undefined)
    const rings = into.map(() => allocateRing(SLOT_BYTES, input.inputSlots ?? SLOTS, announcedBytes))
    const out = allocateRing(SLOT_BYTES, SLOTS, announcedBytes)
    this.upstream = rings.map((ring) => new RingChannelWriter(ring, allocateBell(), rowStreamSerializer()))
    this.downstream = new RingChannelReader(out, allocateBell(), rowStreamSerializer())
    const operatorId = vertex.operators[0]?.id ?? ''
    const channelState = { managedKeyed: [], managedOperator: [], inputChannels: input.restored ?? [] }
    const descriptor = testDescriptor({
      vertexId: vertex.id,
      subtaskIndex: input.subtaskIndex ?? 0,
      inputs: rings.map((ring, index) => edgeOf(into[index]?.id ?? '', ring, alignedOnly.includes(index))),
      outputs: [edgeOf(outOf.id, out, false)],
      restore: { checkpointId: 1, state: { operators: input.restored ? { [operatorId]: channelState } : {} } },
    })
    const environment = testTaskEnvironment({
      clock: this.clock,
      send: (message) => void this.sent.push(message),
      fileSystems: new FileSystems().register('file', this.files),
    })
    const channels = new ChannelConnector(environment.wake)
    this.task = makeTask(descriptor, { jobId: 'j', program: graph, environment, channels })
    this.task.start()
  }

  static async started(input: UnalignedTaskInput = {}): Promise<UnalignedTask> {
    const task = new UnalignedTask(input)
    for (let step = 0; step < 3; step += 1) await task.step()
    return task
  }

  /** One buffer at most is processed. */
  async step(): Promise<StepResult> {
    const result = this.task.step(0)
    await turn()
    return result
  }

  async steps(count: number): Promise<void> {
    for (let step = 0; step < count; step += 1) await this.step()
  }

  write(channel: number, ...values: readonly unknown[]): void {
    for (const value of values) this.writer(channel).writeRecord(value, 0, 0)
    this.writer(channel).flush()
  }

  /** So many records of a channel, as `channel:n`. */
  writeMany(channel: number, count: number, from = 0): void {
    this.write(channel, ...Array.from({ length: count }, (_, n) => `${String(channel)}:${String(from + n)}`))
  }

  writer(channel: number): RingChannelWriter {
    return this.upstream[channel] ?? assert.fail()
  }

  announce(channel: number, checkpointId: number): void {
    assert.ok(this.writer(channel).announceBarrier(unalignedBarrier(checkpointId)))
  }

  /** Reads all that has come out so far, up to an announced barrier. */
  drain(): void {
    while (this.downstream.hasData()) this.downstream.drain(this.read, 0)
  }

  /** Until nothing more happens, with all that comes out being read. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_STEPS;) {
      const before = this.processed.length + this.downstream.numBuffers
      this.drain()
      for (const writer of this.upstream) writer.flush()
      await this.step()
      quiet = this.processed.length + this.downstream.numBuffers === before ? quiet + 1 : 0
    }
  }

  acknowledged(checkpointId: number): AcknowledgeCheckpoint | undefined {
    return this.sent.find((message): message is AcknowledgeCheckpoint => {
      return message.type === 'acknowledge-checkpoint' && message.checkpointId === checkpointId
    })
  }

  /** Ids of checkpoints that were declined. */
  get declined(): number[] {
    return this.sent.flatMap((message) => (message.type === 'decline-checkpoint' ? [message.checkpointId] : []))
  }

  /** Of an acknowledged checkpoint: what was in flight in an input, or the output. */
  inFlight(checkpointId: number, edge: number | 'out'): unknown[] {
    const states = Object.values(this.acknowledged(checkpointId)?.snapshot.operators ?? {})
    const handles = states.flatMap(({ inputChannels = [], outputChannels = [] }) =>
      edge === 'out' ? outputChannels : inputChannels.filter(({ edgeIndex }) => edgeIndex === edge),
    )
    return handles.flatMap(recordsOfHandle)
  }

  #program(inputs: number): RecordedProgram {
    const program = new RecordedProgram()
    const sources = Array.from({ length: inputs }, (_, index) =>
      program.partition(program.source(`s${String(index)}`), { kind: 'rebalance' }),
    )
    const united = sources.length === 1 ? (sources[0] ?? assert.fail()) : program.union(...sources)
    const { processed, snapshots } = this
    const map = {
      map: (value: unknown) => {
        processed.push(value)
        return value
      },
      initializeState: () => undefined,
      snapshotState: ({ getCheckpointId }: { getCheckpointId: () => number }) => {
        snapshots.set(getCheckpointId(), [...processed])
      },
    }
    const mapped = program.operator(united, 'map', { kind: 'map', function: map })
    program.sink(program.partition(mapped, { kind: 'rebalance' }), 'out')
    return program
  }
}

function settingsOf({ parallelism = 1 }: UnalignedTaskInput): Readonly<Record<string, string>> {
  return { 'parallelism.default': String(parallelism) }
}

export function unalignedBarrier(checkpointId: number, options: Partial<CheckpointOptions> = {}): CheckpointBarrier {
  return testBarrier(checkpointId, { unaligned: true, location: MEMORY, ...options })
}

export function recordsOfHandle({ handle, offsets }: ChannelStateHandle): unknown[] {
  assert.ok(handle.kind === 'inline')
  return recordsOfBytes(handle.bytes, offsets)
}

export function recordsOfInFlight({ bytes, offsets }: InFlightRecords): unknown[] {
  return recordsOfBytes(bytes, offsets)
}

function recordsOfBytes(bytes: Uint8Array, offsets: readonly number[]): unknown[] {
  assert.equal(offsets.at(-1), bytes.length)
  return offsets.slice(1).map((end, index) => {
    const element = bytes.subarray(offsets[index], end)
    const time = storedTimeOf(element)
    if (time !== undefined) return typeof time === 'number' ? `watermark ${String(time)}` : time
    const input = new DataInputView(element)
    input.readFloat64()
    input.readInt32()
    return structuredSerializer().deserialize(input)
  })
}

function edgeOf(edgeId: string, memory: RingMemory, alignedOnly: boolean): EdgeDescriptor {
  const channel = { kind: 'ring', memory, peerBell: allocateBell() } as const
  const edge = { edgeId, channels: [channel], peers: [0], peerParallelism: 1, peerMaxParallelism: 128 }
  return alignedOnly ? { ...edge, alignedOnly } : edge
}
