/** `flink-ts top`: what a job says of itself as a table, once and live in a terminal that is left as it was. */
import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import type { JobActivity } from '../../src/cli/top/job-activity.js'
import { REPOSITORY, userEnvironment, Workspace, type RunningCommand } from './command-line.js'
import { until } from './numbers-job.js'

const JOB = `
import { Duration, WatermarkStrategy } from 'flink-ts'

const never = new Int32Array(new SharedArrayBuffer(4))

export default function (env) {
  env.fromSequence(0, 1e9).uid('numbers').setParallelism(1)
    .assignTimestampsAndWatermarks(
      WatermarkStrategy.forBoundedOutOfOrderness(Duration.ofMillis(100)).withTimestampAssigner(() => Date.now() - 5000),
    )
    .rebalance()
    .map((value) => { Atomics.wait(never, 0, 0, 2); return value }).name('Slow map').uid('slow')
    .addSink({ invoke () {} }).name('Nowhere').uid('nowhere')
}
`
/** Of util-linux. */
const PSEUDO_TERMINAL = '/usr/bin/script'
const SIZE = { columns: 100, rows: 20 }
const LEAVE = '\u001B[?7h\u001B[?25h\u001B[?1049l'
const skip = spawnSync(PSEUDO_TERMINAL, ['--version']).status === 0 ? false : `there is no ${PSEUDO_TERMINAL}`

/** A command in a pseudo terminal; its process id is the first line. */
class InTerminal {
  output = ''
  readonly ended: Promise<number | null>
  readonly #child: ChildProcessWithoutNullStreams

  constructor(workspace: Workspace, args: readonly string[]) {
    const binary = path.join(REPOSITORY, 'bin/flink-ts.js')
    const size = `stty cols ${String(SIZE.columns)} rows ${String(SIZE.rows)}`
    const command = `${size}; echo pid $$; exec ${[process.execPath, binary, ...args].map((word) => `'${word}'`).join(' ')}`
    const env = userEnvironment({ FLINK_CONF_DIR: path.join(workspace.path, 'conf'), NO_COLOR: '1' })
    this.#child = spawn(PSEUDO_TERMINAL, ['-qfec', command, '/dev/null'], { cwd: workspace.path, env })
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
    })
    this.ended = new Promise((resolve) => {
      this.#child.on('close', resolve)
    })
  }

  get pid(): number {
    return Number(/pid (\d+)/.exec(this.output)?.[1])
  }

  type(keys: string): void {
    this.#child.stdin.write(keys)
  }

  async untilShown(pattern: RegExp): Promise<void> {
    await until(`${String(pattern)} is shown`, () => pattern.test(this.output))
  }
}

describe('flink-ts top', () => {
  const workspace = new Workspace({
    // Whoever looks is told what is so now, not at the last report.
    'metrics.fetcher.update-interval': '1 h',
    'execution.checkpointing.interval': '200 ms',
    'execution.buffer-timeout.interval': '0 ms',
    'state.checkpoints.dir': 'checkpoints',
  })
  let job: RunningCommand
  let jobId = ''

  before(async () => {
    job = workspace.start('run', '-p', '2', workspace.file('job.mjs', JOB))
    jobId = await job.jobId()
  })

  after(async () => {
    job.kill('SIGKILL')
    await job.ended
    workspace.remove()
  })

  async function asked(...args: string[]): Promise<JobActivity[]> {
    const { exitCode, stdout, stderr } = await workspace.run('top', ...args)
    assert.equal(exitCode, 0, stderr)
    return (JSON.parse(stdout) as { jobs: JobActivity[] }).jobs
  }

  it('tells by --json what each operator does now, how far its time lags, and of checkpoints', async () => {
    let job: JobActivity | undefined
    for (let attempt = 0; attempt < 100 && (job?.checkpoints.completed ?? 0) < 1; attempt += 1) {
      ;[job] = await asked('--json', jobId)
    }
    assert.ok(job !== undefined)
    assert.deepEqual([job.jobId, job.state, job.restarts], [jobId, 'RUNNING', 0])
    assert.ok((job.checkpoints.lastCompleted?.id ?? 0) > 0)
    const [source, slow] = job.vertices
    assert.deepEqual([source?.running, slow?.running, slow?.name], [1, 2, 'Slow map -> Nowhere'])
    assert.ok((slow?.recordsInPerSecond ?? 0) > 0, JSON.stringify(slow))
    assert.ok((slow?.busy ?? 0) > 0.3 && (source?.backPressured ?? 0) > 0.3, JSON.stringify(job.vertices))
    const shares = (slow?.busy ?? 0) + (slow?.backPressured ?? 0) + (slow?.idle ?? 0)
    assert.ok(Math.abs(shares - 1) < 0.05, JSON.stringify(slow))
    assert.ok((source?.watermarkLagMs ?? 0) >= 5000, JSON.stringify(source))
  })

  it('is a plain table once where there is no terminal, of all jobs that run', async () => {
    const { exitCode, stdout, stderr } = await workspace.run('top')
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, new RegExp(`^Job ${jobId} "Flink Streaming Job" RUNNING for `))
    assert.match(stdout, /^Checkpoints: \d+ completed, 0 failed; last: \d+, /m)
    assert.match(stdout, /^Slow map -> Nowhere +2 +[\d.]+ +[\d.]+ +\d+ % +\d+ % +\d+ % +[\d.]+ (s|min)$/m)
    assert.doesNotMatch(stdout, /\u001B/)
  })

  it(
    'is live in a terminal, with rates since the last look, until q leaves the terminal as it was',
    { skip },
    async () => {
      const top = new InTerminal(workspace, ['top', jobId, '--interval', '100 ms'])
      await top.untilShown(/(Slow map[^]*){3}/)
      assert.ok(top.output.includes('\u001B[?1049h\u001B[?25l'), JSON.stringify(top.output))
      top.type('q')
      assert.equal(await top.ended, 0)
      assert.ok(top.output.endsWith(LEAVE), JSON.stringify(top.output))
      const widest = Math.max(...top.output.split('\n').map((line) => stripVTControlCharacters(line).trimEnd().length))
      assert.ok(widest <= SIZE.columns, JSON.stringify(top.output))
    },
  )

  it('leaves the terminal as it was on Ctrl-C, and on SIGTERM with its exit code', { skip }, async () => {
    const interrupted = new InTerminal(workspace, ['top'])
    await interrupted.untilShown(/Slow map/)
    interrupted.type('\u0003')
    assert.equal(await interrupted.ended, 0)
    assert.ok(interrupted.output.endsWith(LEAVE), JSON.stringify(interrupted.output))

    const terminated = new InTerminal(workspace, ['top'])
    await terminated.untilShown(/Slow map/)
    process.kill(terminated.pid, 'SIGTERM')
    assert.equal(await terminated.ended, 143)
    assert.ok(terminated.output.endsWith(LEAVE), JSON.stringify(terminated.output))
  })

  it('has beside it metrics, which shows all of them by scope, or those whose names fit a pattern', async () => {
    const all = await workspace.run('metrics', '--quiet', jobId)
    assert.equal(all.exitCode, 0, all.stderr)
    assert.match(all.stdout, /^Job\n {2}initializingTime +0\n/)
    assert.match(all.stdout, /^Slow map -> Nowhere, subtask 2\n {2}busyTimeMsPerSecond +\d+$/m)
    const { stdout } = await workspace.run('metrics', jobId, 'slow_map.*RECORDS*', '--json')
    const { metrics } = JSON.parse(stdout) as { metrics: { operator: string; name: string; subtask: number }[] }
    assert.deepEqual(
      metrics.map(({ operator, name, subtask }) => [operator, name, subtask]),
      [0, 1].map((subtask) => ['Slow_map', 'numRecordsIn', subtask]),
    )
    assert.match(
      (await workspace.run('metrics', jobId, 'nothing')).stdout,
      /\nNo metric of the job is named nothing\.\n$/,
    )
    const without = await workspace.run('metrics')
    assert.equal(without.exitCode, 1)
    assert.match(without.stdout, /Missing JobID\. Specify a Job ID to see its metrics\./)
    const unknown = await workspace.run('metrics', '0'.repeat(32))
    assert.equal(unknown.exitCode, 1)
    assert.match(unknown.stdout + unknown.stderr, /0{32}/)
  })

  it('refuses an interval that is none and a second job, and says of a job that is not there that it is not', async () => {
    for (const [args, told] of [
      [['--interval', 'often'], /"often" is no duration, such as 2 s/],
      [['--interval', '0'], /"0" is too short: the shortest is 100 ms/],
      [[jobId, jobId], /one job too many/],
    ] as const) {
      const { exitCode, stdout } = await workspace.run('top', ...args)
      assert.equal(exitCode, 1)
      assert.match(stdout, told)
    }
    const { exitCode, stdout, stderr } = await workspace.run('top', '0'.repeat(32))
    assert.equal(exitCode, 1)
    assert.match(stdout + stderr, /0{32}/)
  })

  it('says of the one job that lives and does not answer that, and not that there is none', async () => {
    job.kill('SIGSTOP')
    try {
      const { exitCode, stderr } = await workspace.run('top')
      assert.equal(exitCode, 1)
      assert.match(stderr, new RegExp(`Job ${jobId} does not answer`))
    } finally {
      job.kill('SIGCONT')
    }
  })

  it('stays with what was seen last when the job ends, and says so', { skip }, async () => {
    const top = new InTerminal(workspace, ['top', jobId])
    await top.untilShown(/Slow map/)
    assert.equal((await workspace.run('cancel', jobId)).exitCode, 0)
    assert.equal(await top.ended, 0)
    const [, rest = ''] = top.output.split(LEAVE)
    assert.match(rest, new RegExp(`^Job ${jobId} "Flink Streaming Job" CANCELED for [^]*\\r\\nSlow map[^]*\\r\\n`))
    assert.match(rest, new RegExp(`Job ${jobId} has ended: CANCELED\\. This is the last that was seen of it\\.\\r\\n$`))
  })

  it('says that there is none where no job runs', { skip }, async () => {
    await job.ended
    assert.equal((await workspace.run('top')).stdout, 'No running jobs.\n')
    assert.equal((await workspace.run('top', '--json')).stdout, '{"jobs":[]}\n')
  })
})
