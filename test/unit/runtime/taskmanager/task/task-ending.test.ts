import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TaskEnding } from '../../../../../src/runtime/taskmanager/task/task-ending.js'

describe('TaskEnding of a stop', () => {
  it('lets a task end when the savepoint to stop with is complete, and not before', () => {
    const ending = new TaskEnding(false)
    assert.equal(ending.mayEnd, true)
    ending.stopWith(4, 'suspend')
    ending.dataRead()
    assert.equal(ending.mayEnd, false)
    assert.equal(ending.mayEndData, false)
    assert.equal(ending.checkpointCompleted(3), false)
    assert.equal(ending.mayEnd, false)
    assert.equal(ending.checkpointCompleted(4), true)
    assert.equal(ending.mayEndData, true)
    assert.equal(ending.mayEnd, true)
    assert.equal(ending.finishesOperators, false)
  })

  it('forgets a savepoint that was aborted, and waits again for the next one', () => {
    const ending = new TaskEnding(false)
    ending.stopWith(4, 'suspend')
    assert.equal(ending.checkpointGivenUp(3), 'no-stop')
    assert.equal(ending.checkpointGivenUp(4), 'goes-on')
    assert.equal(ending.mayEnd, true)
    assert.equal(ending.finishesOperators, true)
    ending.stopWith(5, 'drain')
    assert.equal(ending.mayEnd, false)
    assert.equal(ending.finishesOperators, true)
  })

  it('is lost with the savepoint when the data was ended for it, and goes on when it had ended by itself', () => {
    const drained = new TaskEnding(true)
    drained.stopWith(4, 'drain')
    drained.dataEnded()
    assert.equal(drained.checkpointGivenUp(4), 'lost')
    const ended = new TaskEnding(true)
    ended.dataRead()
    ended.dataEnded()
    ended.stopWith(4, 'drain')
    assert.equal(ended.checkpointGivenUp(4), 'goes-on')
    assert.equal(ended.mayEnd, false)
  })
})

describe('TaskEnding of data', () => {
  it('waits for a checkpoint that was taken after the end, whichever of these is complete first', () => {
    const ending = new TaskEnding(true)
    ending.checkpointTaken(1)
    ending.dataRead()
    ending.dataEnded()
    ending.checkpointTaken(2)
    ending.checkpointTaken(3)
    assert.equal(ending.needsFinalCheckpoint, true)
    ending.checkpointCompleted(1)
    assert.equal(ending.mayEnd, false)
    ending.checkpointGivenUp(2)
    ending.checkpointCompleted(3)
    assert.equal(ending.mayEnd, true)
    assert.equal(ending.needsFinalCheckpoint, false)
  })

  it('needs none where a stop ends it', () => {
    const ending = new TaskEnding(true)
    ending.stopWith(4, 'drain')
    ending.dataEnded()
    ending.checkpointTaken(4)
    assert.equal(ending.needsFinalCheckpoint, false)
    ending.checkpointCompleted(4)
    assert.equal(ending.mayEnd, true)
  })

  it('waits for the stop that came meanwhile as well', () => {
    const ending = new TaskEnding(true)
    ending.dataRead()
    ending.dataEnded()
    ending.checkpointTaken(5)
    ending.stopWith(6, 'suspend')
    ending.checkpointCompleted(5)
    assert.equal(ending.mayEnd, false)
    ending.checkpointGivenUp(6)
    assert.equal(ending.mayEnd, true)
  })
})
