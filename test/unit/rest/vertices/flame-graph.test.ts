import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { flameGraphOf, type StacksReport } from '../../../../src/rest/vertices/flame-graph.js'

const leaf = (name: string, value: number) => ({ name, value, children: [] })

const STACKS: StacksReport = {
  endTimestamp: 77,
  subtasks: [
    { subtaskIndex: 0, onCpu: [{ name: 'map', value: 3, children: [leaf('parse', 2)] }], offCpu: [leaf('(idle)', 1)] },
    { subtaskIndex: 1, onCpu: [{ name: 'map', value: 1, children: [leaf('parse', 1)] }], offCpu: [leaf('(idle)', 4)] },
  ],
}

describe('A flame graph', () => {
  it('has the functions of all subtasks, those of one name together', () => {
    const map = { name: 'map', value: 4, children: [leaf('parse', 3)] }
    assert.deepEqual(flameGraphOf(STACKS, { type: 'ON_CPU', subtask: undefined }), {
      endTimestamp: 77,
      data: { name: 'root', value: 4, children: [map] },
    })
  })

  it('is what they waited for, or both', () => {
    assert.deepEqual(flameGraphOf(STACKS, { type: 'OFF_CPU', subtask: undefined }).data?.children, [leaf('(idle)', 5)])
    assert.equal(flameGraphOf(STACKS, { type: 'FULL', subtask: undefined }).data?.value, 9)
  })

  it('is that of one subtask where one is asked for', () => {
    assert.equal(flameGraphOf(STACKS, { type: 'FULL', subtask: 1 }).data?.value, 5)
  })
})
