import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { samplesOfJob } from '../../../src/reporters/samples-of-job.js'
import { JOB_ID, jobWith, MAP_ID, VERTEX_ID } from './reported-jobs.js'

const OF_JOB = { host: 'here', job_id: JOB_ID, job_name: 'My job' }
const OF_TASK = {
  ...OF_JOB,
  tm_id: 'worker 0',
  task_id: VERTEX_ID,
  task_name: 'Source: numbers -> Slow: map',
  task_attempt_id: 'e_0_2',
  task_attempt_num: '2',
  subtask_index: '0',
}

describe('The samples of a job', () => {
  it('have the scope and the variables that Flink gives metrics of jobs, tasks, operators and their groups', () => {
    const values = {
      'Slow__map.seen': 1,
      'Slow__map.my_group.inner.rate': 2,
      'Shuffle.Netty.Input.Buffers.inputQueueLength': 3,
      numRecordsOut: 4,
      'Other.seen': 5,
    }
    const samples = samplesOfJob(jobWith(values, {}, { numRestarts: 6, lastCheckpointExternalPath: 'n/a' }))
    const told = samples.map(({ scope, name, variables, measured }) => {
      return { scope: scope.join('.'), name, variables, value: 'value' in measured ? measured.value : undefined }
    })
    const ofOperator = { ...OF_TASK, operator_id: MAP_ID, operator_name: 'Slow: map' }
    const task = 'taskmanager.job.task'
    assert.deepEqual(told, [
      { scope: 'jobmanager.job', name: 'numRestarts', variables: OF_JOB, value: 6 },
      { scope: `${task}.operator`, name: 'seen', variables: ofOperator, value: 1 },
      { scope: `${task}.operator.my_group.inner`, name: 'rate', variables: ofOperator, value: 2 },
      { scope: `${task}.Shuffle.Netty.Input.Buffers`, name: 'inputQueueLength', variables: OF_TASK, value: 3 },
      { scope: task, name: 'numRecordsOut', variables: OF_TASK, value: 4 },
      { scope: `${task}.Other`, name: 'seen', variables: OF_TASK, value: 5 },
    ])
  })

  it('name the first of two operators of one name, which share their metrics', () => {
    const job = jobWith({ 'Map.seen': 1 })
    const vertices = job.vertices.map((vertex) => {
      const operators = [
        { id: '1', name: 'Map' },
        { id: '2', name: 'Map' },
      ]
      return { ...vertex, operators }
    })
    const [sample] = samplesOfJob({ ...job, vertices })
    assert.equal(sample?.variables['operator_id'], '1')
  })

  it("of the channels of a task are no operator's, whatever that is called", () => {
    const values = { 'Shuffle.Netty.Output.Buffers.outPoolUsage': 1, 'Shuffle.seen': 2 }
    const job = jobWith(values)
    const vertices = job.vertices.map((vertex) => ({ ...vertex, operators: [{ id: '1', name: 'Shuffle' }] }))
    const scopes = samplesOfJob({ ...job, vertices }).map(({ scope, name }) => [...scope, name].join('.'))
    assert.deepEqual(scopes, [
      'taskmanager.job.task.Shuffle.Netty.Output.Buffers.outPoolUsage',
      'taskmanager.job.task.operator.seen',
    ])
  })

  it('are of the tasks that have reported', () => {
    const job = jobWith({})
    const vertices = job.vertices.map((vertex) => ({ ...vertex, subtasks: [] }))
    assert.deepEqual(samplesOfJob({ ...job, vertices, values: {} }), [])
  })
})
