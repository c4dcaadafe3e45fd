import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { AccumulatorAnswers } from '../../../src/cluster/accumulator-answers.js'
import type { VertexReport } from '../../../src/rest/vertices/vertex-report.js'
import type { NamedResult } from '../../../src/runtime/jobmanager/jobmaster/attempt-accumulators.js'

const ASKING = 40

/** A job with one accumulator that counts how often it is made a text. */
function rig() {
  let texts = 0
  const value = { [inspect.custom]: () => `text ${String((texts += 1))}` }
  const accumulated = (): Promise<readonly NamedResult[]> => Promise.resolve([['list', { type: 'Listed', value }]])
  const master = { jobId: 'a'.repeat(32), accumulated, refreshAccumulators: () => Promise.resolve() }
  return { master, answers: new AccumulatorAnswers() }
}

describe('What REST tells of accumulators', () => {
  it('is made once for all who ask for a vertex meanwhile, and anew for who asks afterwards', async () => {
    const { master, answers } = rig()
    const told = await Promise.all(Array.from({ length: ASKING }, () => answers.ofVertex(master, 'v')))
    assert.deepEqual(told.at(-1), [{ name: 'list', type: 'Listed', value: 'text 1' }])
    assert.deepEqual((await answers.ofVertex(master, 'v'))[0]?.value, 'text 2')
  })

  it('is made once for all who ask for the job meanwhile', async () => {
    const { master, answers } = rig()
    const told = await Promise.all(Array.from({ length: ASKING }, () => answers.ofJob(master)))
    assert.equal(new Set(told).size, 1)
    assert.deepEqual(told[0]?.['user-task-accumulators'], [{ name: 'list', type: 'Listed', value: 'text 1' }])
  })

  it('is of its own for each vertex, and one report for all who ask for its subtasks', async () => {
    const { master, answers } = rig()
    const report = (id: string) => (): VertexReport => ({
      ...{ id, name: id, parallelism: 1 },
      maxParallelism: 1,
      subtasks: [],
    })
    const asked = ['v', 'v', 'w'].map((id) => answers.ofSubtasks(master, id, report(id)))
    const [first, second, other] = await Promise.all(asked)
    assert.equal(first, second)
    assert.deepEqual([first?.id, other?.id], ['v', 'w'])
  })
})
