import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jobTable } from '../../../src/cli/output/job-table.js'
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

  it('says below a job that its process has died, and how to go on', () => {
    const dead = { ...job('FAILED', new Date(2020, 10, 30, 15, 58, 2)), died: { checkpoints: 'file:///cp/cc' } }
    const [, row, death, rule] = jobTable([dead], { ...ALL, running: false, scheduled: false })
    assert.match(row ?? '', /State machine job \(FAILED\)$/)
    assert.equal(death, '  Its process has died; to go on from its newest checkpoint: run -s file:///cp/cc')
    assert.match(rule ?? '', /^-+$/)
    const without = jobTable([{ ...dead, died: {} }], ALL).join()
    assert.match(without, /Its process has died; it left no checkpoints/)
  })

  it('says below a job how often it has been restarted, and since when its state is what it is', () => {
    const since = new Date(2020, 10, 30, 16, 4, 5).getTime()
    const restarted = { ...job('RUNNING', new Date(2020, 10, 30, 16, 2, 29)), restarts: { count: 3, since } }
    const [, row, restarts] = jobTable([restarted], ALL)
    assert.match(row ?? '', /State machine job \(RUNNING\)$/)
    assert.equal(restarts, '  After 3 restarts RUNNING since 30.11.2020 16:04:05')
    const restarting = { ...restarted, state: 'RESTARTING', restarts: { count: 1, since } }
    assert.match(jobTable([restarting], ALL).join(), /,  After 1 restart RESTARTING since 30\.11\.2020/)
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

  it('puts every state into its section', () => {
    const sectionOf = (state: string): string | undefined => {
      const lines = jobTable([job(state, new Date(0))], ALL)
      const row = lines.findIndex((line) => line.endsWith(`(${state})`))
      return lines[row - 1]?.replaceAll(/^-+ | -+$/g, '')
    }
    for (const state of ['RUNNING', 'RESTARTING', 'FAILING', 'CANCELLING']) {
      assert.equal(sectionOf(state), 'Running/Restarting Jobs', state)
    }
    for (const state of ['CREATED', 'INITIALIZING']) assert.equal(sectionOf(state), 'Scheduled Jobs', state)
    for (const state of ['FINISHED', 'CANCELED', 'FAILED']) assert.equal(sectionOf(state), 'Terminated Jobs', state)
  })

  it('prints only the sections that are asked for', () => {
    const jobs = [job('RUNNING', new Date(0)), job('CREATED', new Date(0)), job('FAILED', new Date(0))]
    const only = { running: false, scheduled: true, terminated: false }
    assert.equal(jobTable(jobs, only).length, 3)
    assert.deepEqual(jobTable([], only), ['No scheduled jobs.'])
  })

  it('sorts by start time, then by state', () => {
    const jobs = [job('RUNNING', new Date(2000)), job('RESTARTING', new Date(2000)), job('CANCELLING', new Date(1000))]
    const states = jobTable(jobs, { running: true, scheduled: false, terminated: false }).slice(1, -1)
    assert.deepEqual(
      states.map((line) => /\((\w+)\)$/.exec(line)?.[1]),
      ['CANCELLING', 'RESTARTING', 'RUNNING'],
    )
  })

  it('colours nothing but the state', () => {
    const lines = jobTable([job('RUNNING', new Date(0))], ALL, (state) => `<${state}>`)
    assert.ok(lines[1]?.endsWith('State machine job (<RUNNING>)'))
    assert.equal(lines.join('').split('<').length, 2)
  })

  it('shows a job that does not answer among the running ones', () => {
    const [, row] = jobTable([job('UNRESPONSIVE', new Date(2020, 10, 30, 16, 2, 29))], ALL)
    assert.equal(row, '30.11.2020 16:02:29 : cca7bc1061d61cf15238e92312c2fc20 : State machine job (UNRESPONSIVE)')
  })

  it('gives the name and the state of a job no power over the terminal', () => {
    const hostile = {
      ...job('RUN\u001b[2J', new Date(0)),
      name: '\u001b[31mred\nfake : line (RUNNING)\r\u202e\u009b1m',
    }
    const lines = jobTable([hostile], ALL)
    assert.equal(lines.length, 4)
    assert.ok(
      lines[1]?.endsWith(' : \\u001b[31mred\\u000afake : line (RUNNING)\\u000d\\u202e\\u009b1m (RUN\\u001b[2J)'),
      lines[1],
    )
  })
})
