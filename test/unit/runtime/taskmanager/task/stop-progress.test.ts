import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StopProgress } from '../../../../../src/runtime/taskmanager/task/stop-progress.js'

describe('StopProgress', () => {
  it('lets a task end when the savepoint to stop with is complete, and not before', () => {
    const stop = new StopProgress()
    assert.equal(stop.isWaiting, false)
    stop.begin(4, 'suspend')
    assert.equal(stop.isWaiting, true)
    assert.equal(stop.complete(3), false)
    assert.equal(stop.isWaiting, true)
    assert.equal(stop.complete(4), true)
    assert.equal(stop.isWaiting, false)
    assert.equal(stop.finishesOperators, false)
  })

  it('forgets a savepoint that was given up, and waits again for the next one', () => {
    const stop = new StopProgress()
    stop.begin(4, 'suspend')
    assert.equal(stop.giveUp(3), false)
    assert.equal(stop.giveUp(4), true)
    assert.equal(stop.isWaiting, false)
    assert.equal(stop.finishesOperators, true)
    stop.begin(5, 'drain')
    assert.equal(stop.isWaiting, true)
    assert.equal(stop.finishesOperators, true)
    assert.equal(stop.sendsFinalWatermark, false)
  })
})
