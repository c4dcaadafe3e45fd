import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { InMemoryTemporaryFiles } from '../../../../../src/core/fs/in-memory-temporary-files.js'
import { NO_REGISTERED_TYPES } from '../../../../../src/core/types/registered-types.js'
import type { TypeInformation } from '../../../../../src/index.js'
import type { OperatorBinding } from '../../../../../src/graph/program-graph.js'
import type { CheckpointOptions } from '../../../../../src/runtime/protocol/checkpoint-options.js'
import type { FeedbackLog } from '../../../../../src/runtime/taskmanager/iteration/feedback-log.js'
import { IterationHead } from '../../../../../src/runtime/taskmanager/iteration/iteration-head.js'
import { InputInterrupt } from '../../../../../src/runtime/taskmanager/network/input-interrupt.js'
import { WaitingSpace } from '../../../../../src/runtime/taskmanager/network/waiting-space.js'
import { ChannelConnector } from '../../../../../src/runtime/taskmanager/task/channel-connector.js'
import type { OperatorSubtaskState } from '../../../../../src/storage/state-handles.js'
import { MemoryStreams } from '../../../../contract/runtime/state-backend-streams.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'

const SPEC = { kind: 'iteration-head', loop: 0, tails: 1, maxWaitMs: 0 } as const
const BINDING: OperatorBinding = {
  operatorId: 'head',
  name: 'IterationSource-1',
  uid: undefined,
  spec: SPEC,
  keys: [],
  outputType: undefined,
}
const MEMORY_BYTES = 4000
/** Beyond the queue, most of them beyond the memory as well. */
const MANY = 30_000

const ONLY_GREATER_THAN_ZERO: TypeInformation<unknown> = {
  description: 'GREATER_THAN_ZERO',
  keyKind: () => 'auto',
  createSerializer: () => ({
    serialize: (value, output) => {
      if (Number(value) <= 0) throw new RangeError('not greater than zero')
      output.writeFloat64(Number(value))
    },
    deserialize: (input) => input.readFloat64(),
    copy: (value) => value,
  }),
}

interface HeadOptions {
  readonly files?: InMemoryTemporaryFiles
  readonly subtaskIndex?: number
  readonly parallelism?: number
  readonly outputType?: TypeInformation<unknown>
}

function head({
  files = new InMemoryTemporaryFiles(),
  subtaskIndex = 0,
  parallelism = 1,
  outputType,
}: HeadOptions = {}) {
  const space = new WaitingSpace({ memoryBytes: MEMORY_BYTES, createFile: () => files.create() })
  const types = { edgeTypes: new Map(), registeredTypes: NO_REGISTERED_TYPES }
  const channels = new ChannelConnector(() => undefined, types, { ofChannels: space, ofFeedback: space })
  const channel = channels.feedback({ loop: 0, tail: 0, subtaskIndex }, undefined)
  const context = new TestOperatorContext({ taskInfo: { subtaskIndex, parallelism } })
  context.createWaitingChannel = () => channels.waitingChannel(undefined)
  const markers: number[] = []
  const operator = new IterationHead({ ...BINDING, outputType }, context, SPEC, {
    loops: 1,
    channelFrom: () => channel,
    outputOf: () => assert.fail('it has no tail'),
    emitMarker: (quietRounds) => markers.push(quietRounds),
  })
  const interrupt = new InputInterrupt()
  const tail = channel.output({ operatorName: 'IterationSink-1', interrupt, bufferTimeoutMs: -1 })
  return { operator, context, tail, files, markers }
}

type Head = ReturnType<typeof head>

function giveOutAll(made: Head): unknown[] {
  while (made.operator.emitNext() === 'more');
  return recordsOf(made)
}

function recordsOf({ context }: Head): unknown[] {
  return context.output.emitted.splice(0).flatMap((element) => (element.kind === 'record' ? [element.value] : []))
}

function comesBack({ tail }: Head, from: number, to: number): void {
  for (let value = from; value < to; value += 1) tail.emit(value, value, 0)
  tail.writer.flush()
}

function snapshot({ operator }: Head, checkpointId: number, streams = new MemoryStreams()) {
  return operator.snapshotState({ checkpointId, timestamp: 0, isSavepoint: false, streams })
}

function barrierComesBack({ tail }: Head, checkpointId: number): void {
  const options: CheckpointOptions = {
    kind: 'checkpoint',
    unaligned: false,
    stop: undefined,
    location: { kind: 'memory', maxStateSizeBytes: 1_000_000 },
  }
  tail.writer.broadcastBarrier({ checkpointId, timestamp: 0, options })
}

async function restored(state: OperatorSubtaskState | undefined, options: HeadOptions = {}): Promise<Head> {
  const made = head(options)
  await made.operator.initializeState(state, 1)
  await made.operator.open()
  return made
}

async function snapshotOf(count: number): Promise<OperatorSubtaskState | undefined> {
  const made = head()
  made.operator.emitNext()
  comesBack(made, 0, count)
  const log = await snapshot(made, 1)
  barrierComesBack(made, 1)
  giveOutAll(made)
  return log.complete()
}

/** Meanwhile a record comes back before the barrier, and one after it. */
async function completed(
  made: Head,
  log: FeedbackLog,
  between: (isSlice: boolean) => void,
): Promise<{ readonly slices: number; readonly state: OperatorSubtaskState | undefined }> {
  let isWritten = false
  const state = log.complete().finally(() => (isWritten = true))
  comesBack(made, -2, -1)
  barrierComesBack(made, log.checkpointId)
  comesBack(made, -1, 0)
  let slices = 0
  for (let step = 0; !isWritten && step < MANY; step += 1) {
    const isSlice = made.context.hasMail
    if (isSlice) slices += 1
    between(isSlice)
    made.context.runMail()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { slices, state: await state }
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)

describe('the head of a loop', () => {
  it('has in a snapshot what comes back before the barrier, though most of it lies in a file, and nothing that comes after it', async () => {
    const before = head()
    assert.equal(before.operator.emitNext(), 'waiting')
    comesBack(before, 0, MANY)
    assert.equal(before.files.openFiles, 1)
    const log = await snapshot(before, 1)
    comesBack(before, MANY, MANY + 10)
    barrierComesBack(before, 1)
    comesBack(before, MANY + 10, MANY + 20)
    assert.deepEqual(giveOutAll(before), numbers(0, MANY + 20))
    assert.equal(before.files.openFiles, 0)
    const state = await log.complete()
    const after = await restored(state)
    assert.deepEqual(giveOutAll(after), numbers(0, MANY + 10))
    await before.operator.close()
    await after.operator.close()
  })

  it('has in a snapshot what was restored and is not given out yet', async () => {
    const first = head()
    first.operator.emitNext()
    comesBack(first, 0, MANY)
    const log = await snapshot(first, 1)
    barrierComesBack(first, 1)
    giveOutAll(first)
    const second = await restored(await log.complete())
    second.operator.emitNext()
    const given = second.context.output.emitted.filter(({ kind }) => kind === 'record').length
    assert.ok(given > 0 && given < MANY, String(given))
    const next = await snapshot(second, 2)
    barrierComesBack(second, 2)
    giveOutAll(second)
    const third = await restored(await next.complete())
    assert.deepEqual(giveOutAll(third), numbers(given, MANY))
    for (const { operator } of [first, second, third]) await operator.close()
  })

  it('writes what it holds in slices, while it gives records out and takes what comes back', async () => {
    const first = await restored(await snapshotOf(MANY))
    first.operator.emitNext()
    const given = recordsOf(first)
    const numBefore = given.length
    const log = await snapshot(first, 2)
    let numAtLastSlice = 0
    const { slices, state } = await completed(first, log, (isSlice) => {
      first.operator.emitNext()
      given.push(...recordsOf(first))
      if (isSlice) numAtLastSlice = given.length
    })
    assert.ok(slices >= 10, `${String(slices)} slices`)
    assert.ok(numAtLastSlice > numBefore && numAtLastSlice < MANY, `${String(numAtLastSlice)} were given out`)
    given.push(...giveOutAll(first))
    assert.deepEqual(given, [...numbers(0, MANY), -2, -1])
    const second = await restored(state)
    assert.deepEqual(giveOutAll(second), [...numbers(numBefore, MANY), -2])
    for (const { operator } of [first, second]) await operator.close()
  })

  it('has what came back while the job is about to stop after what it held, in the savepoint and when the job goes on', async () => {
    const first = await restored(await snapshotOf(MANY))
    const log = await snapshot(first, 2)
    const { state } = await completed(first, log, () => first.operator.holdNext())
    while (first.operator.holdNext());
    assert.deepEqual(recordsOf(first), [])
    const second = await restored(state)
    assert.deepEqual(giveOutAll(second), [...numbers(0, MANY), -2])
    assert.deepEqual(giveOutAll(first), [...numbers(0, MANY), -2, -1])
    for (const { operator } of [first, second]) await operator.close()
  })

  it('deals the records of a snapshot out to another number of subtasks, each to one', async () => {
    const before = head()
    before.operator.emitNext()
    comesBack(before, 0, MANY)
    const log = await snapshot(before, 1)
    barrierComesBack(before, 1)
    giveOutAll(before)
    const state = await log.complete()
    const all = []
    for (const subtaskIndex of [0, 1, 2]) {
      const after = await restored(state, { subtaskIndex, parallelism: 3 })
      all.push(...giveOutAll(after))
    }
    assert.deepEqual(
      all.map(Number).sort((a, b) => a - b),
      numbers(0, MANY),
    )
  })

  it('fails with TEMPORARY_FILE_FAILED when the disk of the temporary file is full', () => {
    const made = head({ files: new InMemoryTemporaryFiles(100_000) })
    assert.throws(
      () => {
        comesBack(made, 0, 10 * MANY)
      },
      (error) => FlinkError.is(error, 'TEMPORARY_FILE_FAILED') && /no space left/.test(error.message),
    )
  })

  it('fails the checkpoint, and goes on, where a record that came back cannot be written', async () => {
    const made = head({ outputType: ONLY_GREATER_THAN_ZERO })
    made.operator.emitNext()
    const streams = new MemoryStreams()
    const log = await snapshot(made, 1, streams)
    comesBack(made, 1, MANY)
    made.tail.emit(-1, 0, 0)
    comesBack(made, MANY, MANY + 5)
    barrierComesBack(made, 1)
    assert.deepEqual(giveOutAll(made), [...numbers(1, MANY), -1, ...numbers(MANY, MANY + 5)])
    await assert.rejects(log.complete(), /not greater than zero/)
    assert.equal(streams.aborted, 1)
    const next = await snapshot(made, 2)
    comesBack(made, 1, 3)
    barrierComesBack(made, 2)
    giveOutAll(made)
    const after = await restored(await next.complete(), { outputType: ONLY_GREATER_THAN_ZERO })
    assert.deepEqual(giveOutAll(after), [1, 2])
  })

  it('refuses a snapshot whose records are of another type', async () => {
    const made = head()
    made.operator.emitNext()
    const log = await snapshot(made, 1)
    comesBack(made, 1, 3)
    barrierComesBack(made, 1)
    giveOutAll(made)
    const state = await log.complete()
    await assert.rejects(restored(state, { outputType: ONLY_GREATER_THAN_ZERO }), (error) =>
      FlinkError.is(error, 'STATE_TYPE_INCOMPATIBLE'),
    )
  })

  it('fails a checkpoint that is aborted or declined while records come back', async () => {
    const made = head()
    made.operator.emitNext()
    const canceled = await snapshot(made, 1)
    const declined = await snapshot(made, 2)
    comesBack(made, 0, MANY)
    made.tail.writer.broadcastCancelBarrier(2)
    await canceled.cancel()
    assert.deepEqual(giveOutAll(made), numbers(0, MANY))
    for (const log of [canceled, declined]) {
      await assert.rejects(log.complete(), (error) => FlinkError.is(error, 'CHECKPOINT_DECLINED'))
    }
  })

  it('gives out nothing while the job is about to stop, and what came back meanwhile is in the savepoint', async () => {
    const made = head()
    made.operator.emitNext()
    const log = await snapshot(made, 1)
    comesBack(made, 0, MANY)
    barrierComesBack(made, 1)
    while (made.operator.holdNext());
    assert.deepEqual(
      made.context.output.emitted.filter(({ kind }) => kind === 'record'),
      [],
    )
    const after = await restored(await log.complete())
    assert.deepEqual(giveOutAll(after), numbers(0, MANY))
    // The savepoint has failed elsewhere: the job goes on.
    assert.deepEqual(giveOutAll(made), numbers(0, MANY))
  })
})
