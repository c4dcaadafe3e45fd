import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { serializeError } from '../../../../../src/core/errors/error-codec.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { ProgramAnswerLog } from '../../../../../src/cluster/program-answer-log.js'
import { AnswerReplay } from '../../../../../src/runtime/taskmanager/taskexecutor/answer-replay.js'
import type { ProgramOutcome, ProgramQuestion } from '../../../../../src/runtime/protocol/program-answers.js'

function logOf(...answers: [number, ProgramQuestion, number, ProgramOutcome][]): ProgramAnswerLog {
  const log = new ProgramAnswerLog()
  for (const [graphIndex, question, executesBefore, outcome] of answers) {
    log.record({ graphIndex, question, executesBefore }, outcome)
  }
  return log
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol('open')
  const soon = new Promise((resolve) => setTimeout(resolve, 20, open))
  return (await Promise.race([promise.catch(() => undefined), soon])) !== open
}

describe('A program that runs again in a task worker', () => {
  it('is told about each job what it was told before, the same errors included', async () => {
    const failed = new FlinkError('JOB_EXECUTION_FAILED', { jobId: 'b' }, { cause: new Error('planned') })
    const log = logOf(
      [0, 'submit', 1, { value: 'a' }],
      [1, 'submit', 2, { error: serializeError(failed) }],
      [
        0,
        'await-result',
        2,
        { value: { jobId: 'a', netRuntimeMs: 1, accumulatorResults: { n: { type: 'IntCounter', value: 5 } } } },
      ],
    )
    const replay = new AnswerReplay(log.soFar())
    replay.executed()
    assert.equal(await replay.ask(0, 'submit'), 'a')
    replay.executed()
    await assert.rejects(replay.ask(1, 'submit'), (error: FlinkError) => {
      assert.equal(error.code, 'JOB_EXECUTION_FAILED')
      assert.equal(error.message, failed.message)
      assert.equal((error.cause as Error).message, 'planned')
      return true
    })
    const result = await replay.ask(0, 'await-result')
    assert.deepEqual(result, {
      jobId: 'a',
      netRuntimeMs: 1,
      accumulatorResults: { n: { type: 'IntCounter', value: 5 } },
    })
  })

  it('hears nothing that it had not heard when its job was submitted', async () => {
    const replay = new AnswerReplay(logOf([0, 'submit', 1, { value: 'a' }]).soFar())
    replay.executed()
    await replay.ask(0, 'submit')
    assert.equal(await isSettled(replay.ask(0, 'await-result')), false)
  })

  it('hears of a job no sooner than it did, counted in its own execute() calls', async () => {
    const replay = new AnswerReplay(logOf([0, 'status', 2, { value: 'FINISHED' }]).soFar())
    replay.executed()
    const status = replay.ask(0, 'status')
    assert.equal(await isSettled(status), false)
    replay.executed()
    assert.equal(await status, 'FINISHED')
  })

  it('hears first of two jobs what it heard first, in whatever order it asks', async () => {
    const log = logOf([1, 'await-result', 2, { value: 'second' }], [0, 'await-result', 2, { value: 'first' }])
    const replay = new AnswerReplay(log.soFar())
    replay.executed()
    replay.executed()
    const race = Promise.race([replay.ask(0, 'await-result'), replay.ask(1, 'await-result')])
    assert.equal(await race, 'second')
  })

  it('polls as often as it did, and an answer that came again and again is kept once', async () => {
    const running: [number, ProgramQuestion, number, ProgramOutcome] = [0, 'status', 1, { value: 'RUNNING' }]
    const log = logOf(running, running, running, [0, 'status', 1, { value: 'FINISHED' }])
    assert.equal(log.soFar().length, 2)
    const replay = new AnswerReplay(log.soFar())
    replay.executed()
    let polls = 0
    while ((await replay.ask(0, 'status')) === 'RUNNING') polls += 1
    assert.equal(polls, 3)
  })
})
