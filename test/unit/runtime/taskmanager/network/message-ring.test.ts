import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DataInputView } from '../../../../../src/core/memory/data-input-view.js'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import { allocateRing } from '../../../../../src/runtime/protocol/ring-memory.js'
import { MessageRingReader, MessageRingWriter } from '../../../../../src/runtime/taskmanager/network/message-ring.js'

const read = (input: DataInputView): string => input.readUtf8()

/** Messages of texts; `claimedBytes` where they say another size than they have. */
function ringOf(slotCount: number, claimedBytes?: number) {
  const memory = allocateRing(64, slotCount)
  const writer = new MessageRingWriter<string>(memory, allocateBell(), {
    sizeBytes: (text) => claimedBytes ?? text.length + 1,
    write: (text, output) => {
      output.writeUtf8(text)
    },
  })
  const reader = new MessageRingReader(memory, allocateBell(), read)
  const taken = (): string[] => {
    const texts: string[] = []
    reader.take((text) => texts.push(text))
    return texts
  }
  return { writer, reader, taken }
}

describe('A ring of messages', () => {
  it('gives them in order, takes no more than it has room for, and has room again for what was taken', () => {
    const { writer, reader, taken } = ringOf(2)
    assert.equal(reader.hasMessages, false)
    const offered: boolean[] = []
    const all: string[] = []
    for (let number = 0; number < 9; number += 3) {
      for (const each of [0, 1, 2]) offered.push(writer.offer(`message ${String(number + each)}`))
      assert.equal(reader.hasMessages, true)
      all.push(...taken())
      assert.equal(reader.hasMessages, false)
    }
    assert.deepEqual(offered, [true, true, false, true, true, false, true, true, false])
    assert.deepEqual(all, ['message 0', 'message 1', 'message 3', 'message 4', 'message 6', 'message 7'])
  })

  it('takes no message that is larger than a slot, and loses none before it', () => {
    const { writer, taken } = ringOf(4)
    assert.deepEqual(
      [writer.offer('first'), writer.offer('x'.repeat(48)), writer.offer('y'.repeat(47))],
      [true, false, true],
    )
    assert.deepEqual(taken(), ['first', 'y'.repeat(47)])
  })

  it('sends nothing of a message that is larger than it said', () => {
    const { writer, reader } = ringOf(4, 10)
    assert.throws(() => writer.offer('x'.repeat(48)), { code: 'ASSERTION_FAILED', message: /outgrew its slot/ })
    assert.equal(reader.hasMessages, false)
  })

  it('has room for a message while another one is being handled, and leaves what came meanwhile for the next time', () => {
    const { writer, reader, taken } = ringOf(1)
    writer.offer('question')
    const handled: string[] = []
    reader.take((text) => {
      handled.push(text)
      assert.equal(writer.offer('next'), true)
    })
    assert.deepEqual(handled, ['question'])
    assert.deepEqual(taken(), ['next'])
  })
})
