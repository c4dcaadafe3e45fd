import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import { allocateRing } from '../../../../../src/runtime/protocol/ring-memory.js'
import type { ChannelDescriptor } from '../../../../../src/runtime/protocol/task-deployment.js'
import type { WorkerToMaster } from '../../../../../src/runtime/protocol/worker-to-master.js'
import { MAX_WATERMARK } from '../../../../../src/runtime/taskmanager/network/stream-element.js'
import { ChannelConnector } from '../../../../../src/runtime/taskmanager/task/channel-connector.js'
import { FinishedTask } from '../../../../../src/runtime/taskmanager/task/finished-task.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { testDescriptor, testTaskEnvironment } from '../test-task-environment.js'

interface Peers {
  readonly inputs?: readonly ChannelDescriptor[]
  readonly outputs?: readonly ChannelDescriptor[]
  readonly channels?: ChannelConnector
}

/** Two slots: what every channel has at least. */
function ring(): ChannelDescriptor {
  return { kind: 'ring', memory: allocateRing(1024, 2), peerBell: allocateBell() }
}

function edge(channels: readonly ChannelDescriptor[]) {
  return channels.length === 0
    ? []
    : [{ edgeId: 'e', channels, peers: channels.map((_, n) => n), peerParallelism: 1, peerMaxParallelism: 128 }]
}

function finishedTask({ inputs = [], outputs = [], channels = new ChannelConnector(() => undefined) }: Peers) {
  const sent: WorkerToMaster[] = []
  const environment = testTaskEnvironment({ send: (message) => void sent.push(message) })
  const descriptor = testDescriptor({
    vertexId: 'v',
    inputs: edge(inputs),
    outputs: edge(outputs),
    finishedOnRestore: true,
  })
  const task = new FinishedTask(descriptor, environment, channels)
  const states = () => sent.flatMap((message) => (message.type === 'task-state-changed' ? [message.state] : []))
  return { task, states }
}

describe('A task that had finished before the restored checkpoint', () => {
  it('ends at once when it has no outputs', () => {
    const { task, states } = finishedTask({ inputs: [ring()] })
    assert.equal(task.hasWork(), true)
    assert.equal(task.step(), 'done')
    assert.deepStrictEqual(states(), ['INITIALIZING', 'RUNNING', 'FINISHED'])
    assert.equal(task.hasWork(), false)
    assert.equal(task.step(), 'done')
  })

  it('gives its readers the greatest watermark and the end, once, and ends when they have taken it', () => {
    const output = ring()
    const channels = new ChannelConnector(() => undefined)
    const { task, states } = finishedTask({ outputs: [output], channels })
    assert.equal(task.step(), 'idle', 'three events, two slots')
    assert.equal(task.hasWork(), false)
    assert.deepStrictEqual(states(), ['INITIALIZING', 'RUNNING'])
    const reader = channels.reader(output)
    const read = new ChannelRecorder()
    reader.drain(read, 0)
    assert.equal(task.hasWork(), true)
    assert.equal(task.step(), 'done')
    while (reader.hasData()) reader.drain(read, 0)
    assert.deepStrictEqual(read.elements, [
      ['watermark', MAX_WATERMARK, 0],
      ['end of data', 0],
      ['end of partition', 0],
    ])
    assert.deepStrictEqual(states(), ['INITIALIZING', 'RUNNING', 'FINISHED'])
  })

  for (const order of ['before', 'after'] as const) {
    it(`ends where its reader had finished as well and was deployed ${order} it began`, () => {
      const between = ring()
      const producer = finishedTask({ outputs: [between] })
      if (order === 'after') assert.equal(producer.task.step(), 'idle')
      const consumer = finishedTask({ inputs: [between] })
      assert.equal(producer.task.hasWork(), true)
      assert.equal(producer.task.step(), 'done')
      assert.equal(consumer.task.step(), 'done')
      assert.deepStrictEqual(producer.states().at(-1), 'FINISHED')
    })
  }

  it('ends where its reader is in the same worker', () => {
    const channels = new ChannelConnector(() => undefined)
    const between = { kind: 'local', key: 'e#0#0', siblings: 1 } as const
    const producer = finishedTask({ outputs: [between], channels })
    finishedTask({ inputs: [between], channels })
    assert.equal(producer.task.step(), 'done')
  })

  it('takes no part in checkpoints', () => {
    const { task, states } = finishedTask({ outputs: [ring()] })
    task.step()
    task.triggerCheckpoint()
    task.notifyCheckpointComplete()
    task.notifyCheckpointAborted()
    assert.deepStrictEqual(states(), ['INITIALIZING', 'RUNNING'])
  })

  it('is cancelled or fails while its readers take their time, and not after its end', async () => {
    const cancelled = finishedTask({ outputs: [ring()] })
    cancelled.task.step()
    await cancelled.task.cancel()
    await cancelled.task.cancel()
    cancelled.task.fail(new Error('late'))
    assert.deepStrictEqual(cancelled.states().slice(2), ['CANCELING', 'CANCELED'])
    assert.equal(cancelled.task.step(), 'done')
    const failed = finishedTask({ outputs: [ring()] })
    failed.task.step()
    failed.task.fail(new Error('wrong'))
    await failed.task.cancel()
    assert.deepStrictEqual(failed.states().slice(2), ['FAILED'])
  })
})
