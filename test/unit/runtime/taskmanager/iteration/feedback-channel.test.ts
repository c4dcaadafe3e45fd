import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { ChannelConnector } from '../../../../../src/runtime/taskmanager/task/channel-connector.js'
import { InputInterrupt } from '../../../../../src/runtime/taskmanager/network/input-interrupt.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'

function wayBack() {
  const channels = new ChannelConnector(() => undefined)
  const ends = { loop: 1, tail: 0, subtaskIndex: 2 }
  const channel = channels.feedback(ends, undefined)
  assert.equal(channels.feedback(ends, undefined), channel, 'both ends get the same one')
  const options = { operatorName: 'IterationSink-1', interrupt: new InputInterrupt(), bufferTimeoutMs: 100 }
  return { channels, channel, output: channel.output(options) }
}

describe('the way back of a loop', () => {
  it('takes any number of records without ever being full, and gives them out in order with the hashes of their keys', () => {
    const { channel, output } = wayBack()
    const many = 30_000
    for (let value = 0; value < many; value += 1) {
      output.emit(value, value, value + 1)
      assert.equal(output.writer.isAvailable(), true)
    }
    assert.equal(output.writer.flush(), true)
    const recorder = new ChannelRecorder()
    while (channel.reader.hasData()) channel.reader.drain(recorder, 0)
    assert.equal(recorder.elements.length, many)
    assert.ok(recorder.elements.every((element, at) => JSON.stringify(element) === `["record",${at},${at},${at + 1}]`))
  })

  it('says that a loop is full while enough waits in its queues, and not where it has outgrown them', () => {
    const { channels, channel, output } = wayBack()
    assert.equal(channels.isLoopFull, false)
    for (let value = 0; value < 2100; value += 1) output.emit(value, value, 0)
    assert.equal(channels.isLoopFull, true)
    for (let value = 0; value < 30_000; value += 1) output.emit(value, value, 0)
    assert.equal(channels.isLoopFull, false)
    while (channel.reader.hasData()) channel.reader.drain(new ChannelRecorder(), 0)
    assert.equal(channels.isLoopFull, false)
  })

  it('fails with ITERATION_HAS_ENDED where a record comes back after the end of the loop', () => {
    const { channel, output } = wayBack()
    channel.end()
    assert.throws(
      () => {
        output.emit(1, 0, 0)
      },
      (error) => FlinkError.is(error) && error.code === 'ITERATION_HAS_ENDED' && /IterationSink-1/.test(error.message),
    )
  })
})
