/** A task of its own: the test holds the other ends of its channels, steps it, and plays its JobMaster. */
import assert from 'node:assert/strict'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { rowStreamSerializer } from '../../../../../src/core/types/row-stream-serializer.js'
import { generateProgramGraph } from '../../../../../src/graph/job-graph-generator.js'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import type { CheckpointOptions } from '../../../../../src/runtime/protocol/checkpoint-options.js'
import { allocateRing } from '../../../../../src/runtime/protocol/ring-memory.js'
import type { ChannelDescriptor } from '../../../../../src/runtime/protocol/task-deployment.js'
import type { WorkerToMaster } from '../../../../../src/runtime/protocol/worker-to-master.js'
import type { ChannelReader, ChannelWriter } from '../../../../../src/runtime/taskmanager/network/channel.js'
import { RingChannelReader } from '../../../../../src/runtime/taskmanager/network/ring-channel-reader.js'
import { ChannelConnector } from '../../../../../src/runtime/taskmanager/task/channel-connector.js'
import type { StreamTask, StepResult } from '../../../../../src/runtime/taskmanager/task/stream-task.js'
import type { TaskEnvironment } from '../../../../../src/runtime/taskmanager/task/task-environment.js'
import { makeTask } from '../../../../../src/runtime/taskmanager/task/task-factory.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { turn } from '../../../../operators/operator-harness.js'
import { RecordedProgram, sourceOf } from '../../../graph/recorded-program.js'
import { testBarrier } from '../test-barriers.js'
import { testDescriptor, testTaskEnvironment } from '../test-task-environment.js'

/** Which task of source -> map -> sink. */
type Place = 'source' | 'map' | 'sink'

export interface PlayedTaskInput {
  /** What stands at the task's place. */
  readonly operator?: OperatorSpec
  readonly place?: Place
  /** Channels to as many consumers. */
  readonly consumers?: number
  /** Rings of so many slots instead of channels within the worker. */
  readonly ringSlots?: number
  readonly configuration?: Readonly<Record<string, string>>
  /** State is stored when this has settled. */
  readonly storing?: Promise<void>
}

const LOCATION = { kind: 'file', directoryUri: 'file:/', inlineThresholdBytes: 0 } as const
const PLACES: readonly Place[] = ['source', 'map', 'sink']

export class PlayedTask {
  readonly task: StreamTask
  readonly clock: ManualClock = new ManualClock()
  readonly sent: WorkerToMaster[] = []
  /** What each consumer has read. */
  readonly reads: readonly ChannelRecorder[]
  /** Upstream of a map or sink. */
  readonly upstream: ChannelWriter
  wakes = 0
  readonly #readers: readonly ChannelReader[]

  constructor(input: PlayedTaskInput = {}) {
    const { place = 'source', consumers = 1, ringSlots } = input
    const { graph, into, outOf, vertexId } = programOf(place, input)
    const channels = new ChannelConnector(() => undefined)
    const inputChannel = localChannel('in')
    const outputs = Array.from({ length: outOf === undefined ? 0 : consumers }, (_, index) =>
      ringSlots === undefined ? localChannel(`out ${String(index)}`) : ringChannel(ringSlots),
    )
    this.upstream = channels.writer(inputChannel)
    this.#readers = outputs.map((channel) =>
      channel.kind === 'local'
        ? channels.reader(channel)
        : new RingChannelReader(channel.memory, allocateBell(), rowStreamSerializer()),
    )
    this.reads = outputs.map(() => new ChannelRecorder())
    const descriptor = testDescriptor({
      vertexId,
      inputs: into === undefined ? [] : [edgeOf(into, [inputChannel])],
      outputs: outOf === undefined ? [] : [edgeOf(outOf, outputs)],
    })
    this.task = makeTask(descriptor, { jobId: 'j', program: graph, environment: this.#environment(input), channels })
  }

  /** Started, and running unless its functions take longer to open. */
  static async started(input: PlayedTaskInput = {}): Promise<PlayedTask> {
    const played = new PlayedTask(input)
    played.task.start()
    played.step()
    await turn()
    return played
  }

  step(): StepResult {
    return this.task.step(Number.POSITIVE_INFINITY)
  }

  /** So many steps, with what happens between them. */
  async steps(count: number): Promise<void> {
    for (let step = 0; step < count; step += 1) {
      this.step()
      await turn()
    }
  }

  async runToEnd(): Promise<void> {
    for (let steps = 0; steps < 100 && this.states().at(-1) !== 'FINISHED'; steps += 1) {
      this.step()
      this.drain()
      await turn()
    }
    assert.equal(this.states().at(-1), 'FINISHED')
  }

  drain(...consumers: readonly number[]): void {
    const indexes = consumers.length === 0 ? this.#readers.keys() : consumers
    for (const index of indexes) {
      const [reader, read] = [this.#readers[index], this.reads[index]]
      if (read !== undefined) while (reader?.hasData() === true) reader.drain(read, index)
    }
  }

  /** Kinds of the elements that an output carried. */
  kinds(consumer = 0): unknown[] {
    const elements = this.reads[consumer]?.elements ?? []
    return elements.map((element) => (Array.isArray(element) ? (element as unknown[])[0] : element))
  }

  states(): string[] {
    return this.sent.flatMap((message) => (message.type === 'task-state-changed' ? [message.state] : []))
  }

  /** What was sent beside the states, and the notice of an end that waits for nothing. */
  answers(): string[] {
    const others = this.sent.filter((message) => message.type !== 'task-state-changed')
    return others.flatMap((message) =>
      message.type === 'end-of-data' && message.waitsFor === undefined ? [] : message.type,
    )
  }

  trigger(checkpointId: number, stop?: CheckpointOptions['stop']): void {
    this.task.triggerCheckpoint(testBarrier(checkpointId, { location: LOCATION, stop }))
  }

  #environment({ configuration = {}, storing }: PlayedTaskInput): TaskEnvironment {
    const disk = new InMemoryFileSystem()
    const openForWrite = disk.openForWrite.bind(disk)
    disk.openForWrite = async (path) => {
      await storing
      return openForWrite(path)
    }
    return testTaskEnvironment({
      configuration: Configuration.fromMap(configuration),
      clock: this.clock,
      fileSystems: new FileSystems().register('file', disk),
      send: (message) => void this.sent.push(message),
      wake: () => {
        this.wakes += 1
      },
    })
  }
}

function programOf(place: Place, { operator }: PlayedTaskInput) {
  const program = new RecordedProgram()
  const at = (other: Place): OperatorSpec | undefined => (other === place ? operator : undefined)
  const source = program.partition(program.source('s', {}, at('source') ?? sourceOf()), { kind: 'rebalance' })
  const map = at('map') ?? { kind: 'map', function: { map: (value: unknown) => value } }
  const mapped = program.partition(program.operator(source, 'm', map), { kind: 'rebalance' })
  program.operator(mapped, 'out', at('sink') ?? { kind: 'sink', function: { invoke: () => undefined } })
  const graph = generateProgramGraph(program.pipeline({ 'parallelism.default': '1' }))
  const { vertices, edges } = graph.jobGraph
  const index = PLACES.indexOf(place)
  const vertexId = vertices[index]?.id
  assert.ok(vertexId !== undefined && vertices.length === 3)
  return { graph, vertexId, into: edges[index - 1]?.id, outOf: edges[index]?.id }
}

function localChannel(key: string): ChannelDescriptor {
  return { kind: 'local', key, siblings: 1 }
}

function ringChannel(slots: number): Extract<ChannelDescriptor, { kind: 'ring' }> {
  return { kind: 'ring', memory: allocateRing(1024, slots), peerBell: allocateBell() }
}

function edgeOf(edgeId: string, channels: readonly ChannelDescriptor[]) {
  const peers = channels.map((_, index) => index)
  return { edgeId, channels, peers, peerParallelism: channels.length, peerMaxParallelism: 128 }
}

export function sourceWith(run: () => unknown): OperatorSpec {
  return { kind: 'source-function', function: { run } } as OperatorSpec
}
