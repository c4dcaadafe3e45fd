import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateMark, markSource } from '../../../../../src/runtime/taskmanager/taskexecutor/task-mark-generator.js'

test('the source of a mark is a function that calls the step of its task, under a name of its own', () => {
  assert.equal(markSource(7), 'return function task_7(task, deadline) { return task.step(deadline) }')
})

test('a mark steps the task that it is given', () => {
  const deadlines: number[] = []
  const task = {
    hasWork: () => false,
    step(deadline: number) {
      deadlines.push(deadline)
      return 'more' as const
    },
  }
  const mark = generateMark(3)
  assert.equal(mark.name, 'task_3')
  assert.equal(mark(task, 12), 'more')
  assert.deepEqual(deadlines, [12])
})
