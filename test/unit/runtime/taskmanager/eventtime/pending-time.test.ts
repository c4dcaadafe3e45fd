import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PendingTime } from '../../../../../src/runtime/taskmanager/eventtime/pending-time.js'

describe('What is pending of time', () => {
  it('leaves the room to whom it tells, and none to those whose own word waits further downstream', () => {
    const time = new PendingTime(() => undefined)
    const seen: string[] = []
    let isRoom = false
    time.defer(() => {
      seen.push(`own ${time.room}`)
      return isRoom
    })
    time.give(() => {
      seen.push(`given ${time.room}`)
      return true
    })
    assert.equal(time.room, 'no')
    assert.equal(time.continue(), false)
    isRoom = true
    assert.equal(time.continue(), true)
    assert.deepEqual(seen, ['own as-channels', 'own as-channels', 'given as-channels'])
    assert.deepEqual([time.room, time.isPending], ['as-channels', false])
  })
})
