/**
 * `npm run test:flink-dashboard -- <directory for pictures>`: the dashboard of Apache Flink, out of its own jar, in a browser without a
 * window, in front of a session cluster. Every page and every tab is opened, as its user does it; no request may fail and no script.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Workspace } from '../command-line.js'
import { setTimeout as delay } from 'node:timers/promises'
import { DashboardServer } from './dashboard-server.js'
import { FAILED_JOB, FINISHED_JOB, SHOWN_JOB } from './shown-jobs.js'
import { findBrowser, unpackDashboard } from './tools.js'
import { Tour } from './tour.js'

const [pictures] = process.argv.slice(2)
const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-dashboard-'))
const browser = findBrowser()
const web = browser === undefined ? undefined : unpackDashboard(directory)
const missing =
  browser === undefined
    ? 'no browser: apt-get install chromium, or FLINK_TS_BROWSER=/path/of/chromium'
    : 'no dashboard: FLINK_HOME=/path/of/flink, or Maven on PATH'

/** Flink's own server answers these as well with 404, and its dashboard says what that means. */
const MAY_FAIL = [
  // Of a job without checkpoints.
  /^GET \/jobs\/[0-9a-f]{32}\/checkpoints(?:\/config)?$/,
  // Without rest.profiling.enabled.
  /^GET \/(?:jobmanager|taskmanagers\/[^/]+)\/profiler$/,
]

/** Flink's graph measures itself once more when its page is left already; Chromium has no measure of what is not shown. */
const MAY_SAY = [/^ERROR NotSupportedError: Failed to read the 'value' property from 'SVGLength'/]

const DRAWER_TABS = [
  'Detail',
  'SubTasks',
  'TaskManagers',
  'Watermarks',
  'Accumulators',
  'BackPressure',
  'Metrics',
  'FlameGraph',
]
const PROCESS_TABS = ['Metrics', 'Logs', 'Stdout', 'Log List', 'Thread Dump', 'Profiler']

interface Job {
  readonly jid: string
  readonly name: string
  readonly state: string
}

let workspace: Workspace
let rest: string
let dashboard: DashboardServer
let tour: Tour

describe("Flink's dashboard in front of a session", { skip: web === undefined ? missing : false }, () => {
  before(async () => {
    assert.ok(browser !== undefined && web !== undefined)
    workspace = new Workspace({
      'rest.port': '0',
      'rest.flamegraph.enabled': 'true',
      'execution.checkpointing.dir': 'checkpoints',
      'execution.checkpointing.interval': '1 s',
      'metrics.fetcher.update-interval': '1 s',
      // Channels that are full soon, for back pressure that is seen.
      'taskmanager.memory.segment-size': '4 kb',
      'parallelism.default': '2',
      'env.log.level': 'INFO',
      'some.password': 'not-to-be-seen',
    })
    const { stdout, stderr } = await workspace.run('start-cluster')
    rest = /^Web interface\/REST: (\S+)$/m.exec(stdout)?.[1] ?? assert.fail(stderr)
    dashboard = await DashboardServer.start(web, rest)
    tour = await Tour.begin({ browser, url: dashboard.url, pictures, mayFail: MAY_FAIL, maySay: MAY_SAY })
  })

  after(async () => {
    await tour.end()
    await dashboard.close()
    await workspace.run('stop-cluster', '-D', 'cluster.jobs-on-shutdown=CANCEL')
    workspace.remove()
    rmSync(directory, { recursive: true })
  })

  it('shows a session without jobs: its slots are free, and no task manager has any', async () => {
    await tour.open('overview without jobs', '/overview')
    await tour.shows('Available Task Slots')
    await tour.open('running jobs without one', '/job/running')
    await tour.open('completed jobs without one', '/job/completed')
    await tour.open('task managers without one', '/task-manager')
  })

  it('takes programs by its page, shows their plan and runs them', async () => {
    await tour.open('submit', '/submit')
    for (const [name, text] of [
      ['clicks.mjs', SHOWN_JOB],
      ['failed.mjs', FAILED_JOB],
      ['finished.mjs', FINISHED_JOB],
    ] as const) {
      await submit(name, workspace.file(name, text))
    }
    await stateOf('Up to fifty', 'FAILED')
    await stateOf('Doubled numbers', 'FINISHED')
    await stateOf('Clicks by user', 'RUNNING')
  })

  it('shows running and ended jobs on its overview', async () => {
    await tour.open('overview', '/overview')
    for (const name of ['Clicks by user', 'Up to fifty', 'Doubled numbers']) await tour.shows(name)
    await tour.open('running jobs', '/job/running')
    await tour.shows('Clicks by user')
    await tour.open('completed jobs', '/job/completed')
    for (const name of ['Up to fifty', 'Doubled numbers']) await tour.shows(name)
  })

  it('shows the graph of a running job, and of each vertex every tab', async () => {
    await tour.open('running job', `/job/running/${(await jobOf('Clicks by user')).jid}/overview`)
    await tour.shows(/Backpressured \(max\): \d+%/)
    await tour.shows(/Busy \(max\): \d+%/)
    for (const name of ['Clicks -> Timestamps/Watermarks', 'Counted', 'Clicks by user -> Slow sink']) {
      await tour.step(`vertex ${name}`, async (page) => {
        await page.locator('flink-job-overview-list').getByText(name, { exact: true }).click()
      })
      for (const tab of DRAWER_TABS) await tour.tab(`vertex ${name} ${tab}`, tab, 'flink-job-overview-drawer')
      await tour.shows(/Measurement:/, 'flink-job-overview-drawer-flamegraph')
      await tour.step(`vertex ${name} closed`, (page) =>
        page.locator('flink-job-overview-drawer a.handler.close').click(),
      )
    }
  })

  it('shows checkpoints of a running job, its timeline, exceptions and configuration, without its secrets', async () => {
    await tour.open('running job again', `/job/running/${(await jobOf('Clicks by user')).jid}/overview`)
    for (const tab of ['Exceptions', 'Data Skew', 'TimeLine']) await tour.tab(`running job ${tab}`, tab)
    await tour.tab('running job Checkpoints', 'Checkpoints')
    await tour.shows('Latest Completed Checkpoint')
    for (const tab of ['History', 'Summary', 'Configuration', 'Overview']) {
      await tour.tab(`checkpoints ${tab}`, tab, 'flink-job-checkpoints')
    }
    await tour.step('checkpoints History detail', async (page) => {
      await page.locator('flink-job-checkpoints').getByText('History', { exact: true }).click()
      await page.locator('flink-job-checkpoints .ant-table-row-expand-icon:visible').first().click()
    })
    await tour.step('checkpoints subtasks', async (page) => {
      await page.locator('flink-job-checkpoints-detail .ant-table-row-expand-icon:visible').first().click()
    })
    await tour.tab('running job Configuration', 'Configuration')
    assert.ok(!(await tour.text()).includes('not-to-be-seen'))
  })

  for (const [name, place] of [
    ['Up to fifty', 'failed job'],
    ['Doubled numbers', 'finished job'],
  ] as const) {
    it(`shows every tab of a ${place}`, async () => {
      await tour.open(place, `/job/completed/${(await jobOf(name)).jid}/overview`)
      await tour.step(`${place} vertex`, (page) => page.locator('flink-job-overview-list a').first().click())
      for (const tab of DRAWER_TABS) await tour.tab(`${place} vertex ${tab}`, tab, 'flink-job-overview-drawer')
      await tour.step(`${place} vertex closed`, (page) =>
        page.locator('flink-job-overview-drawer a.handler.close').click(),
      )
      for (const tab of ['Exceptions', 'Data Skew', 'TimeLine', 'Checkpoints', 'Configuration']) {
        await tour.tab(`${place} ${tab}`, tab)
        if (tab === 'Exceptions' && place === 'failed job') await tour.shows(/fifty\s+is\s+too\s+much/, '.view-lines')
      }
    })
  }

  it('shows the task manager of the running job: its metrics, logs, output and threads', async () => {
    await tour.open('task managers', '/task-manager')
    await tour.shows(/process \d+ of job Clicks by user/)
    await tour.step('task manager', (page) => page.locator('flink-task-manager-list a').first().click())
    for (const tab of PROCESS_TABS) await tour.tab(`task manager ${tab}`, tab)
    await tour.tab('task manager Log List again', 'Log List')
    await tour.step('task manager log', (page) => page.locator('flink-task-manager-log-list a').first().click())
  })

  it('shows the session as job manager: its metrics, configuration, logs and threads, without its secrets', async () => {
    await tour.open('job manager', '/job-manager')
    for (const tab of ['Metrics', 'Configuration', ...PROCESS_TABS.slice(1)]) {
      await tour.tab(`job manager ${tab}`, tab)
      assert.ok(!(await tour.text()).includes('not-to-be-seen'))
    }
    await tour.tab('job manager Log List again', 'Log List')
    await tour.step('job manager log', (page) => page.locator('flink-job-manager-log-list a').first().click())
  })

  it('cancels a job by its button', async () => {
    await tour.open('job to cancel', `/job/running/${(await jobOf('Clicks by user')).jid}/overview`)
    await tour.step('cancelled job', async (page) => {
      await page.getByText('Cancel Job', { exact: true }).click()
      await page.getByRole('button', { name: 'Yes' }).click()
    })
    await stateOf('Clicks by user', 'CANCELED')
    await tour.open('overview after all', '/overview')
  })

  it('removes a program by its page', async () => {
    await tour.open('submit again', '/submit')
    await tour.step('program removed', async (page) => {
      await page.getByText('Delete', { exact: true }).first().click()
      const yes = page.getByRole('button', { name: /Yes|OK/ })
      if (await yes.isVisible().catch(() => false)) await yes.click()
    })
    const { files } = (await ask('/jars')) as { readonly files: readonly unknown[] }
    assert.equal(files.length, 2)
  })

  it('has not asked for anything in vain, and no script has failed', () => {
    assert.deepEqual(tour.problems, [])
  })
})

async function submit(name: string, file: string): Promise<void> {
  await tour.open(`submit ${name}`, '/submit')
  await tour.step(`${name} uploaded`, async (page) => {
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByText(name, { exact: true }).first().waitFor()
  })
  await tour.step(`${name} chosen`, (page) => page.getByText(name, { exact: true }).first().click())
  await tour.step(`${name} plan`, async (page) => {
    await page.locator('button:visible', { hasText: 'Show Plan' }).click()
    await page.locator('flink-dagre .node-group, flink-dagre .node').first().waitFor()
  })
  await tour.step(`${name} runs`, async (page) => {
    await page.keyboard.press('Escape')
    await page.locator('button:visible', { hasText: /^\s*Submit\s*$/ }).click()
    await page.waitForURL(/#\/job\/running\/[0-9a-f]{32}/)
  })
}

async function ask(of: string): Promise<unknown> {
  return (await fetch(`${rest}${of}`)).json()
}

async function jobOf(name: string): Promise<Job> {
  const { jobs } = (await ask('/jobs/overview')) as { readonly jobs: readonly Job[] }
  return jobs.find((job) => job.name === name) ?? assert.fail(`there is no job ${name}`)
}

async function stateOf(name: string, state: string): Promise<void> {
  for (let asked = 0; asked < 300; asked += 1) {
    const { jobs } = (await ask('/jobs/overview')) as { readonly jobs: readonly Job[] }
    if (jobs.some((job) => job.name === name && job.state === state)) return
    await delay(200)
  }
  assert.fail(`${name} did not become ${state}`)
}
