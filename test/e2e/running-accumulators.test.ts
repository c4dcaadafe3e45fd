/** What the functions of a job that runs have accumulated so far, as REST tells of it. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { JobAccumulatorsInfo } from '../../src/rest/messages/job-messages.js'
import type {
  JobVertexAccumulatorsInfo,
  SubtaskExecutionAttemptAccumulatorsInfo,
  SubtasksAllAccumulatorsInfo,
} from '../../src/rest/messages/vertex-messages.js'
import { Workspace } from './command-line.js'
import { askWeb, webOf } from './web-client.js'

/** Each subtask is given five numbers, and waits for more. */
const JOB = `
import { setTimeout as sleep } from 'node:timers/promises'
import { IntCounter, RichMapFunction } from 'flink-ts'

class Counting extends RichMapFunction {
  counter = new IntCounter()
  open () { this.getRuntimeContext().addAccumulator('numbers', this.counter) }
  map (number) { this.counter.add(1); return number }
}

const five = {
  isRunning: true,
  async run (context) {
    for (let number = 1; number <= 5; number += 1) context.collect(number)
    while (this.isRunning) await sleep(10)
  },
  cancel () { this.isRunning = false },
}

export default function (env) {
  env.setParallelism(2)
  env.addSource(five, 'Five').uid('five').broadcast()
    .map(new Counting()).uid('counting').name('Counting').print()
}
`

it('tells what each subtask of a job that runs has accumulated, and what that is for a vertex and the job', async () => {
  const workspace = new Workspace({})
  const job = workspace.start('run', '--web', '0', workspace.file('counting.mjs', JOB))
  try {
    const web = await webOf(job)
    const jobId = await job.jobId()
    const ask = async <T>(url: string): Promise<T> => JSON.parse((await askWeb(`${web}/jobs/${jobId}${url}`)).text) as T
    const { vertices } = await ask<{ readonly vertices: readonly { readonly id: string; name: string }[] }>('')
    const id = vertices.find(({ name }) => name.includes('Counting'))?.id ?? ''
    const at = `/vertices/${id}`
    const numbersOf = async (): Promise<(readonly unknown[])[]> => {
      const { subtasks } = await ask<SubtasksAllAccumulatorsInfo>(`${at}/subtasks/accumulators`)
      return subtasks.map((each) => each['user-accumulators'])
    }
    const ofSubtask = [{ name: 'numbers', type: 'IntCounter', value: '5' }]
    let seen = await numbersOf()
    while (!seen.every(([first]) => (first as { value: string } | undefined)?.value === '5')) seen = await numbersOf()
    assert.deepEqual(seen, [ofSubtask, ofSubtask])
    const attempt = await ask<SubtaskExecutionAttemptAccumulatorsInfo>(`${at}/subtasks/1/attempts/0/accumulators`)
    assert.deepEqual(attempt['user-accumulators'], ofSubtask)
    const merged = [{ name: 'numbers', type: 'IntCounter', value: '10' }]
    for (let times = 0; times < 2; times += 1) {
      const vertex = await ask<JobVertexAccumulatorsInfo>(`${at}/accumulators`)
      assert.deepEqual(vertex, { id, 'user-accumulators': merged })
      assert.deepEqual((await ask<JobAccumulatorsInfo>('/accumulators'))['user-task-accumulators'], merged)
    }
  } finally {
    job.kill('SIGKILL')
    await job.ended
    workspace.remove()
  }
})
