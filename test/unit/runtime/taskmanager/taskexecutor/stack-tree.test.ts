import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stackTreesOf, type Profile } from '../../../../../src/runtime/taskmanager/taskexecutor/stack-tree.js'

const FILE = 'file:///home/somebody/count%20it.mjs?run=1'

function frame(
  functionName: string,
  url = '',
  lineNumber = 0,
): { functionName: string; url: string; lineNumber: number } {
  return { functionName, url, lineNumber }
}

/** turn -> task_0 -> processElement, turn -> task_1 -> map, a promise, and what V8 says where no function runs. */
const PROFILE: Profile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 7, 8, 9] },
    { id: 2, callFrame: frame('turn', 'file:///lib/engine.js', 9), children: [3, 5] },
    { id: 3, callFrame: frame('task_0'), children: [4] },
    { id: 4, callFrame: frame('processElement', FILE, 11) },
    { id: 5, callFrame: frame('task_1'), children: [6] },
    { id: 6, callFrame: frame('', FILE, 3) },
    { id: 7, callFrame: frame('(idle)') },
    { id: 8, callFrame: frame('fetchMore', FILE, 20) },
    { id: 9, callFrame: frame('(garbage collector)') },
  ],
  samples: [4, 4, 3, 6, 7, 8, 9],
}
const MARKS = new Set(['task_0', 'task_1'])

describe('The stacks of a thread', () => {
  const trees = (mark: string, depth = 10) => stackTreesOf(PROFILE, { mark, marks: MARKS, depth })

  it('are told apart by task, with the file by its name alone', () => {
    const [first] = trees('task_0').onCpu
    assert.deepEqual(first, { name: 'processElement count it.mjs:12', value: 2, children: [] })
    assert.equal(
      trees('task_1').onCpu.some(({ name }) => name === '(anonymous) count it.mjs:4'),
      true,
    )
  })

  it('count as waiting where another task of the thread runs, and where none does', () => {
    assert.deepEqual(
      trees('task_0').offCpu.map(({ name, value }) => [name, value]),
      [
        ['(waits: its thread runs other tasks)', 1],
        ['(idle)', 1],
      ],
    )
    assert.equal(trees('task_1').offCpu[0]?.value, 3)
  })

  it('are those of every task where they are of no task', () => {
    for (const mark of MARKS) {
      const outside = trees(mark).onCpu.find(({ name }) => name.startsWith('(promises'))
      assert.deepEqual(
        outside?.children.map(({ name }) => name),
        ['fetchMore count it.mjs:21'],
      )
    }
  })

  it('are no deeper than is asked for', () => {
    const outside = trees('task_0', 1).onCpu.find(({ name }) => name.startsWith('(promises'))
    assert.deepEqual(outside?.children, [])
  })
})
