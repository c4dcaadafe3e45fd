/** A map task between two rings of which the test holds the other ends, stepped by a loop on a clock that the test turns. */
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { rowStreamSerializer } from '../../../../../src/core/types/row-stream-serializer.js'
import type { JobEdge } from '../../../../../src/graph/job-graph.js'
import { generateProgramGraph } from '../../../../../src/graph/job-graph-generator.js'
import type { ProgramGraph } from '../../../../../src/graph/program-graph.js'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import { allocateRing } from '../../../../../src/runtime/protocol/ring-memory.js'
import type { EdgeDescriptor, RingMemory } from '../../../../../src/runtime/protocol/task-deployment.js'
import type { ReportMetrics } from '../../../../../src/runtime/protocol/worker-to-master.js'
import { RingChannelReader } from '../../../../../src/runtime/taskmanager/network/ring-channel-reader.js'
import { RingChannelWriter } from '../../../../../src/runtime/taskmanager/network/ring-channel-writer.js'
import { ChannelConnector } from '../../../../../src/runtime/taskmanager/task/channel-connector.js'
import type { StreamTask } from '../../../../../src/runtime/taskmanager/task/stream-task.js'
import type { TaskEnvironment } from '../../../../../src/runtime/taskmanager/task/task-environment.js'
import { makeTask } from '../../../../../src/runtime/taskmanager/task/task-factory.js'
import { MetricsReporter } from '../../../../../src/runtime/taskmanager/taskexecutor/metrics-reporter.js'
import { TaskLoop, type LoopScheduler } from '../../../../../src/runtime/taskmanager/taskexecutor/task-loop.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { RecordedProgram } from '../../../graph/recorded-program.js'
import { testDescriptor, testTaskEnvironment } from '../test-task-environment.js'
import { testBarrier } from '../test-barriers.js'

export type Metrics = Readonly<Record<string, number | string>>

/** Turns run when the test says so. */
class QueuedScheduler implements LoopScheduler {
  readonly turns: (() => void)[] = []

  yieldNow(turn: () => void): void {
    this.turns.push(turn)
  }

  sleep(hasWork: () => boolean): boolean {
    return !hasWork()
  }

  awake(): void {
    // Nobody rings: the test wakes the loop.
  }
}

export interface MeasuredTaskInput {
  readonly intervalMs: number
  /** What the map does with a record; it may turn the clock. */
  readonly map: (value: unknown, clock: ManualClock) => unknown
}

export class MeasuredTask {
  readonly clock: ManualClock = new ManualClock(1_000_000)
  readonly task: StreamTask
  /** Every report that was sent, oldest first: the metrics of the task in it. */
  readonly reports: Metrics[] = []
  /** All that was reported, by the type of the message. */
  readonly reported: string[] = []
  readonly output: ChannelRecorder = new ChannelRecorder()
  readonly #scheduler = new QueuedScheduler()
  readonly #loop: TaskLoop
  readonly #reporter: MetricsReporter
  readonly #upstream: RingChannelWriter
  readonly #downstream: RingChannelReader

  constructor(input: MeasuredTaskInput) {
    const program = programWith((value) => input.map(value, this.clock))
    const rings = { in: allocateRing(4096, 4), out: allocateRing(4096, 1) }
    this.#upstream = new RingChannelWriter(rings.in, allocateBell(), rowStreamSerializer())
    this.#downstream = new RingChannelReader(rings.out, allocateBell(), rowStreamSerializer())
    this.#loop = new TaskLoop(this.#scheduler, this.clock, () => undefined)
    const environment = this.#environment()
    const channels = new ChannelConnector(environment.wake)
    const task = makeTask(descriptorOf(program, rings), { jobId: 'job', program, environment, channels })
    this.task = task
    this.#loop.setTasks([task])
    task.start()
    this.#reporter = new MetricsReporter({ clock: this.clock, logger: SILENT_LOGGER, send: environment.send })
    this.#reporter.start([task], input.intervalMs)
  }

  /** Lets promises settle, then runs turns until the loop sleeps and no action of the task has anything left to do. */
  async run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#loop.wake()
    this.#runTurns()
    await new Promise((resolve) => setImmediate(resolve))
    this.#runTurns()
  }

  #runTurns(): void {
    for (let turn = this.#scheduler.turns.shift(); turn !== undefined; turn = this.#scheduler.turns.shift()) turn()
  }

  async feed(...values: readonly unknown[]): Promise<void> {
    for (const value of values) this.#upstream.writeRecord(value, Number.NEGATIVE_INFINITY, 0)
    this.#upstream.flush()
    await this.run()
  }

  async feedWatermark(timestamp: number): Promise<void> {
    this.#upstream.writeWatermark(timestamp)
    this.#upstream.flush()
    await this.run()
  }

  async feedBarrier(checkpointId: number, timestamp: number): Promise<void> {
    this.#upstream.writeBarrier(testBarrier(checkpointId, {}, timestamp))
    this.#upstream.flush()
    await this.run()
  }

  /** Writes what stays unread until the next run. */
  fillInput(...values: readonly unknown[]): void {
    for (const value of values) this.#upstream.writeRecord(value, Number.NEGATIVE_INFINITY, 0)
    this.#upstream.flush()
  }

  /** Reads all that the task has sent, also what waited for room. */
  async drainOutput(): Promise<void> {
    do {
      while (this.#downstream.hasData()) this.#downstream.drain(this.output, 0)
      await this.run()
    } while (this.#downstream.hasData())
  }

  /** As when somebody looks. */
  reportNow(): void {
    this.#reporter.reportNow()
  }

  get lastReport(): Metrics {
    return this.reports.at(-1) ?? {}
  }

  #environment(): TaskEnvironment {
    return testTaskEnvironment({
      clock: this.clock,
      wake: () => {
        this.#loop.wake()
      },
      send: (message) => {
        this.reported.push(message.type)
        if (message.type === 'report-metrics') this.reports.push(metricsIn(message))
      },
    })
  }
}

function metricsIn({ tasks }: ReportMetrics): Metrics {
  return tasks[0]?.values ?? {}
}

function programWith(map: (value: unknown) => unknown): ProgramGraph {
  const program = new RecordedProgram()
  const source = program.partition(program.source('numbers'), { kind: 'rebalance' })
  const mapped = program.operator(source, 'work, hard', { kind: 'map', function: { map } })
  program.sink(program.partition(mapped, { kind: 'rebalance' }), 'sink')
  return generateProgramGraph(program.pipeline())
}

function descriptorOf(program: ProgramGraph, rings: { readonly in: RingMemory; readonly out: RingMemory }) {
  const { vertices, edges } = program.jobGraph
  const [, vertex] = vertices
  const [into, outOf] = edges
  if (vertex === undefined || into === undefined || outOf === undefined) throw new Error('three vertices are expected')
  const edgeOf = (edge: JobEdge, memory: RingMemory): EdgeDescriptor => ({
    edgeId: edge.id,
    channels: [{ kind: 'ring', memory, peerBell: allocateBell() }],
    peers: [0],
    peerParallelism: 1,
    peerMaxParallelism: 128,
  })
  return testDescriptor({
    executionId: `${vertex.id}_0_1`,
    vertexId: vertex.id,
    attemptNumber: 1,
    inputs: [edgeOf(into, rings.in)],
    outputs: [edgeOf(outOf, rings.out)],
  })
}
