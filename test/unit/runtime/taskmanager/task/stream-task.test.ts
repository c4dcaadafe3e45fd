import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import type { SourceContext } from '../../../../../src/api/functions/source-function.js'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { MemoryTextOutput } from '../../../../../src/core/io/memory-text-output.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { generateProgramGraph } from '../../../../../src/graph/job-graph-generator.js'
import type { WorkerToMaster } from '../../../../../src/runtime/protocol/worker-to-master.js'
import { MAX_WATERMARK } from '../../../../../src/runtime/taskmanager/network/stream-element.js'
import { ChannelConnector } from '../../../../../src/runtime/taskmanager/task/channel-connector.js'
import { CheckpointAnnouncements } from '../../../../../src/runtime/taskmanager/task/checkpoint-announcements.js'
import { StreamSource } from '../../../../../src/runtime/taskmanager/operators/stream-source.js'
import type { OperatorContext } from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import type { OperatorBinding } from '../../../../../src/graph/program-graph.js'
import type { StepResult } from '../../../../../src/runtime/taskmanager/task/stream-task.js'
import { makeTask } from '../../../../../src/runtime/taskmanager/task/task-factory.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { turn } from '../../../../operators/operator-harness.js'
import { RecordedProgram, sourceOf } from '../../../graph/recorded-program.js'

/** A source task with one output channel, stepped by the test. */
async function sourceTask(operator: OperatorSpec = sourceOf()) {
  const program = new RecordedProgram()
  program.sink(program.partition(program.source('s', {}, operator), { kind: 'rebalance' }), 'out', { parallelism: 1 })
  const graph = generateProgramGraph(program.pipeline({ 'parallelism.default': '1' }))
  const [vertex] = graph.jobGraph.vertices
  const [edge] = graph.jobGraph.edges
  assert.ok(vertex && edge)
  const sent: WorkerToMaster[] = []
  let wakes = 0
  const wake = (): void => {
    wakes += 1
  }
  const channels = new ChannelConnector(wake)
  const channel = { kind: 'local', key: 'c', siblings: 1 } as const
  const peer = { peers: [0], peerParallelism: 1, peerMaxParallelism: 128 }
  const location = { kind: 'memory', maxStateSizeBytes: 1000 } as const
  const announcements = new CheckpointAnnouncements()
  const environment = {
    configuration: Configuration.fromMap({}),
    clock: new ManualClock(),
    random: new SeededRandom(1),
    logger: SILENT_LOGGER,
    fileSystems: new FileSystems(),
    standardOutput: new MemoryTextOutput(),
    standardError: new MemoryTextOutput(),
    announcements,
    send: (message: WorkerToMaster) => sent.push(message),
    wake,
  }
  const descriptor = {
    executionId: 'e',
    vertexId: vertex.id,
    subtaskIndex: 0,
    slot: 0,
    attemptNumber: 0,
    maxParallelism: 128,
    inputs: [],
    outputs: [{ edgeId: edge.id, channels: [channel], ...peer }],
    restore: undefined,
    finishedOnRestore: false,
  }
  const { task, parts } = makeTask(descriptor, { jobId: 'j', program: graph, environment, channels })
  await task.initialize(parts)
  const reader = channels.reader(channel)
  const read = new ChannelRecorder()
  return {
    task,
    read,
    wakeCount: () => wakes,
    step: (): StepResult => task.step(Number.POSITIVE_INFINITY),
    states: () => sent.flatMap((message) => (message.type === 'task-state-changed' ? [message.state] : [])),
    answers: () => sent.flatMap((message) => (message.type === 'task-state-changed' ? [] : [message.type])),
    drain: () => {
      while (reader.hasData()) reader.drain(read, 0)
    },
    trigger: (checkpointId: number, thenStop?: 'suspend' | 'drain') => {
      const common = { checkpointId, isSavepoint: false, location, thenStop }
      announcements.add({ type: 'announce-checkpoint', ...common })
      task.triggerCheckpoint({ type: 'trigger-checkpoint', executionId: 'e', timestamp: 0, ...common })
    },
  }
}

type SourceTask = Awaited<ReturnType<typeof sourceTask>>

async function runToEnd(source: SourceTask): Promise<void> {
  for (let steps = 0; steps < 100 && source.states().at(-1) !== 'FINISHED'; steps += 1) {
    source.step()
    source.drain()
    await turn()
  }
  assert.equal(source.states().at(-1), 'FINISHED')
}

function sourceWith(run: () => unknown): OperatorSpec {
  return { kind: 'source-function', function: { run } } as OperatorSpec
}

/** Kinds of the elements that the output carried. */
function kinds({ read }: SourceTask): unknown[] {
  return read.elements.map((element) => (Array.isArray(element) ? (element as unknown[])[0] : element))
}

describe('A source task', () => {
  it('runs to its end: records, the final watermark, the two ends, FINISHED', async () => {
    const source = await sourceTask(sourceWith(() => [1, 2]))
    await runToEnd(source)
    const all = ['record', 'record', 'watermark', 'end of data', 'end of partition']
    assert.deepEqual(kinds(source), all)
    assert.deepEqual(source.states(), ['INITIALIZING', 'RUNNING', 'FINISHED'])
  })

  it('that was idle is active again before its final watermark, which nobody would listen to otherwise', async () => {
    const source = await sourceTask(
      sourceWith(function* (ctx: SourceContext<unknown>) {
        yield 1
        ctx.markAsTemporarilyIdle()
      } as () => unknown),
    )
    await runToEnd(source)
    const end = source.read.elements.slice(1, 4)
    assert.deepEqual(end, [
      ['status', 'idle', 0],
      ['status', 'active', 0],
      ['watermark', MAX_WATERMARK, 0],
    ])
  })

  it('waits with its end for an operator that does not finish while the output is full', async () => {
    const left = Array.from({ length: 20_000 }, (_, n) => n)
    let calls = 0
    class LeavesMany extends StreamSource {
      override async finish(): Promise<boolean> {
        calls += 1
        let next = left.shift()
        for (; next !== undefined; next = left.shift()) {
          this.output.collect(next, 0)
          if (!this.context.isOutputAvailable()) return false
        }
        return super.finish()
      }
    }
    const run = { run: () => [] }
    const factory = {
      createStreamOperator: (binding: unknown, context: unknown) =>
        new LeavesMany(binding as OperatorBinding, context as OperatorContext, run),
    }
    const source = await sourceTask({ kind: 'operator', factory, functions: [run] })
    for (let steps = 0; steps < 20; steps += 1) {
      source.step()
      await turn()
    }
    // Nobody reads: the operator was asked once, and is asked again when there is room.
    assert.equal(calls, 1)
    assert.deepEqual(source.states(), ['INITIALIZING', 'RUNNING'])
    const inOutput = 20_000 - left.length
    assert.ok(inOutput > 0 && inOutput < 20_000, `${inOutput} records were emitted at once`)
    for (let steps = 0; steps < 10_000 && source.states().at(-1) !== 'FINISHED'; steps += 1) {
      source.step()
      source.drain()
      await turn()
    }
    assert.equal(source.states().at(-1), 'FINISHED')
    assert.ok(calls > 1)
    assert.deepEqual(
      source.read.values,
      Array.from({ length: 20_000 }, (_, n) => n),
    )
    assert.deepEqual(kinds(source).slice(-2), ['end of data', 'end of partition'])
  })

  it('that waits has no work, steps idly and wakes nobody', async () => {
    const source = await sourceTask(sourceWith(() => new Promise(() => undefined)))
    for (let steps = 0; steps < 5; steps += 1) {
      source.step()
      await turn()
    }
    const before = source.wakeCount()
    for (let steps = 0; steps < 100; steps += 1) {
      assert.equal(source.step(), 'idle')
      await turn()
    }
    assert.equal(source.task.hasWork(), false)
    assert.equal(source.wakeCount(), before)
  })

  it('takes no input while an action or a promise is pending, nor behind its end', async () => {
    const source = await sourceTask(sourceWith(() => new Promise(() => undefined)))
    const { task } = source
    assert.equal(task.mayTakeInput, true)
    let finish: () => void = () => undefined
    task.actions.suspendUntil(new Promise((resolve) => (finish = resolve)))
    assert.equal(task.mayTakeInput, false)
    finish()
    await turn()
    assert.equal(task.mayTakeInput, true)
    task.actions.enqueue(() => new Promise((resolve) => (finish = resolve)))
    assert.equal(task.mayTakeInput, false)
    source.step()
    assert.equal(task.mayTakeInput, false)
    finish()
    await turn()
    assert.equal(task.mayTakeInput, true)
    await task.cancel()
    assert.equal(task.mayTakeInput, false)
  })

  it('takes a checkpoint between its records and goes on', async () => {
    let emitted = 0
    const source = await sourceTask(
      sourceWith(function* () {
        while (emitted < 200) yield (emitted += 1)
      }),
    )
    source.task.step(0)
    source.trigger(1)
    for (let steps = 0; steps < 5; steps += 1) {
      source.task.step(0)
      await turn()
    }
    await runToEnd(source)
    const barrier = kinds(source).indexOf('barrier')
    assert.ok(barrier > 0 && barrier < 200)
    assert.equal(source.read.values.length, 200)
    assert.deepEqual(source.answers(), ['acknowledge-checkpoint'])
  })

  it('sends nothing behind the end of its output: a checkpoint that is triggered then is declined', async () => {
    const source = await sourceTask(sourceWith(() => []))
    // The first step finds the end; the operators are finished in a later one.
    while (source.step() !== 'more') await turn()
    source.trigger(1)
    await runToEnd(source)
    assert.equal(kinds(source).at(-1), 'end of partition')
    assert.ok(!kinds(source).includes('barrier'))
    assert.deepEqual(source.answers(), ['decline-checkpoint'])
  })

  for (const [mode, before] of [
    ['suspend', ['barrier']],
    ['drain', ['watermark', 'end of data', 'barrier']],
  ] as const) {
    it(`stopped with a savepoint (${mode}) emits nothing behind it and ends when that is complete`, async () => {
      let emitted = 0
      const source = await sourceTask(
        sourceWith(function* () {
          for (;;) yield (emitted += 1)
        }),
      )
      source.trigger(1, mode)
      for (let steps = 0; steps < 20; steps += 1) {
        source.task.step(0)
        source.drain()
        await turn()
      }
      assert.deepEqual(kinds(source), before)
      source.task.notifyCheckpointComplete(1)
      await runToEnd(source)
      const end = mode === 'drain' ? ['end of partition'] : ['end of data', 'end of partition']
      assert.deepEqual(kinds(source), [...before, ...end])
      assert.equal(emitted, 0)
    })
  }

  it('goes on when the savepoint to stop with is aborted', async () => {
    let emitted = 0
    const source = await sourceTask(
      sourceWith(function* () {
        while (emitted < 3) yield (emitted += 1)
      }),
    )
    source.trigger(1, 'suspend')
    for (let steps = 0; steps < 5; steps += 1) {
      source.step()
      await turn()
    }
    source.task.notifyCheckpointAborted(1)
    await runToEnd(source)
    assert.deepEqual(source.read.values, [1, 2, 3])
    assert.equal(kinds(source).filter((kind) => kind === 'watermark').length, 1)
  })

  it('fails once, with its first error', async () => {
    const source = await sourceTask(
      sourceWith(() => {
        throw new Error('boom')
      }),
    )
    for (let steps = 0; steps < 5; steps += 1) {
      source.step()
      await turn()
    }
    source.task.fail(new Error('later'))
    await source.task.cancel()
    assert.deepEqual(source.states(), ['INITIALIZING', 'RUNNING', 'FAILED'])
    assert.equal(source.step(), 'done')
  })

  it('is cancelled once, and nothing runs afterwards', async () => {
    const source = await sourceTask(sourceWith(() => new Promise(() => undefined)))
    source.step()
    await Promise.all([source.task.cancel(), source.task.cancel()])
    source.trigger(1)
    source.step()
    assert.deepEqual(source.states(), ['INITIALIZING', 'RUNNING', 'CANCELING', 'CANCELED'])
    assert.deepEqual(source.answers(), [])
  })
})
