import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InputGate } from '../../../../../src/runtime/taskmanager/network/input-gate.js'
import { RowCopier } from '../../../../../src/core/types/row-copier.js'
import { LocalChannel } from '../../../../../src/runtime/taskmanager/network/local-channel.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'

const ignore = (): void => undefined

function createGate(channelCount: number): { gate: InputGate; channels: LocalChannel[]; recorder: ChannelRecorder } {
  const channels = Array.from(
    { length: channelCount },
    () => new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier() }),
  )
  const gate = new InputGate(channels.map(({ reader }) => ({ reader, input: 0 })))
  return { gate, channels, recorder: new ChannelRecorder() }
}

function write(channel: LocalChannel | undefined, ...values: unknown[]): void {
  for (const value of values) {
    channel?.writer.writeRecord(value, 0, 0)
    channel?.writer.flush()
  }
}

describe('An InputGate', () => {
  it('polls its channels in turn, so that a full one does not starve the others', () => {
    const { gate, channels, recorder } = createGate(3)
    write(channels[0], 'a1', 'a2', 'a3')
    write(channels[1], 'b1')
    write(channels[2], 'c1', 'c2')
    while (gate.poll([recorder]));
    assert.deepStrictEqual(recorder.values, ['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
    assert.equal(gate.hasData(), false)
  })

  it('does not poll a blocked channel until all are unblocked', () => {
    const { gate, channels, recorder } = createGate(2)
    write(channels[0], 'a')
    write(channels[1], 'b')
    gate.blockChannel(0)
    while (gate.poll([recorder]));
    assert.deepStrictEqual(recorder.values, ['b'])
    assert.equal(gate.hasData(), false)
    gate.unblockAll()
    assert.equal(gate.hasData(), true)
    while (gate.poll([recorder]));
    assert.deepStrictEqual(recorder.values, ['b', 'a'])
  })

  it('names the channel of an event', () => {
    const { gate, channels, recorder } = createGate(3)
    channels[2]?.writer.writeWatermark(5)
    gate.poll([recorder])
    assert.deepStrictEqual(recorder.elements, [['watermark', 5, 2]])
  })

  it('gives what a channel delivers to the handler of its input', () => {
    const channels = [0, 1, 2].map(() => new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier() }))
    const inputs = [1, 0, 1]
    const gate = new InputGate(channels.map(({ reader }, index) => ({ reader, input: inputs[index] ?? 0 })))
    const handlers = [new ChannelRecorder(), new ChannelRecorder()]
    for (const [index, channel] of channels.entries()) write(channel, index)
    while (gate.poll(handlers));
    assert.deepStrictEqual(
      handlers.map(({ values }) => values),
      [[1], [0, 2]],
    )
  })

  it('takes its inputs in turn, so that one with many channels does not starve the others', () => {
    const channels = [0, 1, 2, 3].map(
      () => new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier() }),
    )
    const gate = new InputGate(channels.map(({ reader }, index) => ({ reader, input: index === 2 ? 1 : 0 })))
    const recorder = new ChannelRecorder()
    for (const [index, channel] of channels.entries()) write(channel, `${index}a`, `${index}b`, `${index}c`)
    while (gate.poll([recorder, recorder]));
    assert.deepStrictEqual(recorder.values.slice(0, 6), ['0a', '2a', '1a', '2b', '3a', '2c'])
    assert.deepStrictEqual(recorder.values.slice(6), ['0b', '1b', '3b', '0c', '1c', '3c'])
  })

  it('goes on with the inputs that have something, and comes back to the others', () => {
    const channels = [0, 1].map(() => new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier() }))
    const gate = new InputGate(channels.map(({ reader }, input) => ({ reader, input })))
    const recorder = new ChannelRecorder()
    write(channels[0], 'a1', 'a2')
    for (let poll = 0; poll < 2; poll += 1) gate.poll([recorder, recorder])
    write(channels[0], 'a3', 'a4')
    write(channels[1], 'b1')
    while (gate.poll([recorder, recorder]));
    assert.deepStrictEqual(recorder.values, ['a1', 'a2', 'b1', 'a3', 'a4'])
  })

  it('lets its inputs take turns when there is room for one record at a time', () => {
    const channels = [0, 1].map(() => new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier() }))
    const gate = new InputGate(channels.map(({ reader }, input) => ({ reader, input })))
    for (const [index, { writer }] of channels.entries()) {
      for (const value of ['a', 'b', 'c']) writer.writeRecord(`${index}${value}`, 0, 0)
      writer.flush()
    }
    const recorder = new ChannelRecorder()
    for (recorder.stopAfter = 1; gate.hasData(); recorder.stopAfter += 1) gate.poll([recorder, recorder])
    assert.deepStrictEqual(recorder.values, ['0a', '1a', '0b', '1b', '0c', '1c'])
  })

  it('gives an input whose records are of an earlier time some turns more, and the other ones theirs in between', () => {
    const channels = [0, 1].map(() => new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier() }))
    const gate = new InputGate(channels.map(({ reader }, input) => ({ reader, input })))
    const handlers = [new ChannelRecorder(), new ChannelRecorder()]
    const inputs = (polls: number): string => {
      let taken = ''
      for (let poll = 0; poll < polls; poll += 1) {
        const before = handlers[0]?.values.length
        gate.poll(handlers)
        taken += before === handlers[0]?.values.length ? 'b' : 'a'
      }
      return taken
    }
    const writeAt = (timestamp: number, channel: LocalChannel | undefined): void => {
      channel?.writer.writeRecord('record', timestamp, 0)
      channel?.writer.flush()
    }
    for (let record = 0; record < 24; record += 1) writeAt(100, channels[0])
    for (let record = 0; record < 14; record += 1) writeAt(record < 12 ? 10 : 200, channels[1])
    assert.equal(inputs(2), 'ab', 'nobody knows the time of what comes')
    assert.equal(inputs(10), 'bbbbbbbbab')
    assert.equal(inputs(3), 'bbb', 'the last of them is the first of a later time')
    assert.equal(inputs(10), 'aaaaaaaaab')
  })

  it('waits for what comes back while the loop is full, and lets the input have a turn now and then', () => {
    const channels = [0, 1].map(() => new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier() }))
    const [input, back] = channels
    let isFull = true
    const gate = new InputGate(
      channels.map(({ reader }, index) => ({ reader, input: 0, ...(index === 1 ? { comesBack: true } : {}) })),
      () => isFull,
    )
    const recorder = new ChannelRecorder()
    write(input, 'in 1', 'in 2', 'in 3')
    let waits = 0
    while (!gate.poll([recorder])) waits += 1
    assert.deepEqual([waits, recorder.values], [63, ['in 1']])
    assert.equal(gate.poll([recorder]), false)
    write(back, 'back')
    assert.equal(gate.poll([recorder]), true)
    isFull = false
    assert.equal(gate.poll([recorder]), true)
    assert.deepEqual(recorder.values, ['in 1', 'back', 'in 2'])
    isFull = true
    gate.blockChannel(1)
    assert.equal(gate.poll([recorder]), true, 'what is blocked comes after what the others still have')
    assert.deepEqual(recorder.values, ['in 1', 'back', 'in 2', 'in 3'])
  })

  it('has ended when all its channels have', () => {
    const { gate, channels, recorder } = createGate(2)
    assert.equal(gate.allEnded, false)
    gate.endChannel(1)
    assert.equal(gate.hasEnded(1), true)
    assert.equal(gate.hasEnded(0), false)
    write(channels[1], 'never')
    assert.equal(gate.poll([recorder]), false)
    gate.endChannel(0)
    assert.equal(gate.allEnded, true)
  })

  it('closes its channels', () => {
    const { gate, channels } = createGate(2)
    write(channels[0], 1)
    gate.close()
    assert.equal(gate.hasData(), false)
  })
})
