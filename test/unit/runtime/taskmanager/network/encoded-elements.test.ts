import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rowStreamSerializer } from '../../../../../src/core/types/row-stream-serializer.js'
import { END_OF_DATA } from '../../../../../src/runtime/taskmanager/network/channel-event.js'
import { EncodedElements } from '../../../../../src/runtime/taskmanager/network/encoded-elements.js'
import { RecordBatch } from '../../../../../src/runtime/taskmanager/network/record-batch.js'
import { RecordTooLargeError } from '../../../../../src/runtime/taskmanager/network/record-too-large-error.js'
import { WaitingSpace } from '../../../../../src/runtime/taskmanager/network/waiting-space.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'

function encoded(maxRecordBytes?: number): EncodedElements {
  return new EncodedElements(new WaitingSpace(), () => rowStreamSerializer(), 4, maxRecordBytes)
}

/** The values of what comes back, `event` for an event. */
function takeAll(elements: EncodedElements): unknown[] {
  const taken: unknown[] = []
  for (let element = elements.take(); element !== undefined; element = elements.take()) {
    if (element instanceof RecordBatch) {
      const recorder = new ChannelRecorder()
      element.deliver(recorder, 0)
      taken.push(...recorder.values)
    } else taken.push('event')
  }
  return taken
}

describe('Elements that wait as bytes', () => {
  it('come back in order, events at their place, and as they were when they were written', () => {
    const elements = encoded()
    const record = { n: 0 }
    for (let n = 0; n < 6; n += 1) {
      record.n = n
      elements.addRecord(record, n, n)
      if (n === 4) elements.addEvent(END_OF_DATA)
    }
    assert.deepEqual(takeAll(elements), [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, 'event', { n: 5 }])
    assert.ok(elements.isEmpty)
  })

  it('lose a record that cannot be serialized, and nothing else', () => {
    const elements = encoded()
    elements.addRecord({ n: 1 }, 0, 0)
    assert.throws(() => {
      elements.addRecord({ n: () => 1 }, 0, 0)
    })
    elements.addRecord({ n: 2 }, 0, 0)
    assert.deepEqual(takeAll(elements), [{ n: 1 }, { n: 2 }])
  })

  it('take nothing more after a record that is too large, whoever swallows the error', () => {
    const elements = encoded(100)
    elements.addRecord({ text: 'a' }, 0, 0)
    for (const text of ['b'.repeat(200), 'c']) {
      assert.throws(() => {
        elements.addRecord({ text }, 0, 0)
      }, RecordTooLargeError)
    }
    assert.deepEqual(takeAll(elements), [{ text: 'a' }])
  })
})
