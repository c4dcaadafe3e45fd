import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jobTable } from '../../../src/cli/job-table.js'
import type { JobOverview } from '../../../src/rest/messages/job-messages.js'

const ALL = { running: true, scheduled: true, terminated: true }

function job(state: string, startTime: Date): JobOverview {
  const counts = { created: 0, scheduled: 0, deploying: 0, running: 0, finished: 0, canceling: 0, canceled: 0 }
  return {
    jid: 'cca7bc1061d61cf15238e92312c2fc20',
    name: 'State machine job',
    state,
    'start-time': startTime.getTime(),
    'end-time': -1,
    duration: 0,
    'last-modification': 0,
    tasks: { total: 0, ...counts, failed: 0, reconciling: 0, initializing: 0 },
    'pending-operators': 0,
  }
}

describe('the table of list', () => {
  it('says that there is nothing', () => {
    assert.deepEqual(jobTable([], ALL), ['No running jobs.', 'No scheduled jobs.'])
  })

  it('prints a running and an ended job in the layout of Flink', () => {
    const lines = jobTable(
      [job('FINISHED', new Date(2020, 10, 30, 15, 58, 2)), job('RUNNING', new Date(2020, 10, 30, 16, 2, 29))],
      ALL,
    )
    assert.deepEqual(lines, [
      '------------------ Running/Restarting Jobs -------------------',
      '30.11.2020 16:02:29 : cca7bc1061d61cf15238e92312c2fc20 : State machine job (RUNNING)',
      '--------------------------------------------------------------',
      'No scheduled jobs.',
      '---------------------- Terminated Jobs -----------------------',
      '30.11.2020 15:58:02 : cca7bc1061d61cf15238e92312c2fc20 : State machine job (FINISHED)',
      '--------------------------------------------------------------',
    ])
  })
})
