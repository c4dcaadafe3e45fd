import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import { turn } from '../../../../operators/operator-harness.js'
import { testBarrier } from '../test-barriers.js'
import { PlayedTask } from './played-task.js'

/** A source that has nothing to say. */
function silentSource(hooks: object = {}): OperatorSpec {
  const run = (): Promise<void> => new Promise(() => undefined)
  return { kind: 'source-function', function: { run, ...hooks } } as unknown as OperatorSpec
}

/** What its acknowledgements say of whether it is to hear of the end. */
function listening({ sent }: PlayedTask): (false | undefined)[] {
  return sent.flatMap((message) => (message.type === 'acknowledge-checkpoint' ? [message.hearsOfCompletion] : []))
}

describe('A task that waits for records', () => {
  it('is not woken when its state is stored, nor for a checkpoint of whose end, or abort, nobody wants to hear', async () => {
    let stored: () => void = () => undefined
    const storing = new Promise<void>((resolve) => (stored = resolve))
    const source = await PlayedTask.started({ operator: silentSource({ snapshotState: () => undefined }), storing })
    source.trigger(1)
    await source.steps(3)
    const { wakes } = source
    stored()
    await turn()
    assert.deepEqual(source.answers(), ['acknowledge-checkpoint'])
    assert.deepEqual(listening(source), [false])
    source.task.notifyCheckpointComplete(1)
    source.task.notifyCheckpointAborted(2)
    await turn()
    assert.equal(source.wakes, wakes)
    assert.equal(source.task.hasWork(), false)
  })

  it('tells a function that listens', async () => {
    const notices: number[] = []
    const notifyCheckpointComplete = (checkpointId: number): void => void notices.push(checkpointId)
    const notifyCheckpointAborted = (checkpointId: number): void => void notices.push(-checkpointId)
    const source = await PlayedTask.started({
      operator: silentSource({ notifyCheckpointComplete, notifyCheckpointAborted }),
    })
    source.trigger(1)
    await source.steps(3)
    assert.deepEqual(listening(source), [undefined])
    source.task.notifyCheckpointComplete(1)
    source.task.notifyCheckpointAborted(2)
    await source.steps(3)
    assert.deepEqual(notices, [1, -2])
  })

  it('is to hear of a checkpoint that its end waits for: of one to stop with, and of the last one of its data', async () => {
    const stopping = await PlayedTask.started({ operator: silentSource() })
    stopping.trigger(1, 'suspend')
    await stopping.steps(3)
    assert.deepEqual(listening(stopping), [undefined])
    const run = (): void => undefined
    const ended = await PlayedTask.started({
      operator: { kind: 'source-function', function: { run } } as unknown as OperatorSpec,
      configuration: { 'execution.checkpointing.interval': '1 s' },
    })
    await ended.steps(5)
    ended.trigger(1)
    await ended.steps(3)
    assert.deepEqual(ended.answers(), ['end-of-data', 'acknowledge-checkpoint'])
    assert.deepEqual(listening(ended), [undefined])
  })

  it('takes its checkpoint in the turn in which it reads the last barrier, and asks for no other turn', async () => {
    const sink = await PlayedTask.started({ place: 'sink' })
    await sink.steps(2)
    sink.upstream.writeBarrier(testBarrier(1))
    sink.upstream.flush()
    assert.equal(sink.step(), 'idle')
    await turn()
    assert.deepEqual(sink.answers(), ['acknowledge-checkpoint'])
  })
})
