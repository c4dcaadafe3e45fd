/** A job whose channels are full: a source that never waits, two exchanges, and a slow count by key. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { RestClient } from '../../src/client/rest-client.js'
import { RunDirectory } from '../../src/client/run-directory.js'
import type { CheckpointingStatistics } from '../../src/rest/messages/checkpoint-messages.js'
import { Workspace, type CommandResult, type RunningCommand } from './command-line.js'

const KEYS = 13

const JOB = `
import { KeyedProcessFunction, RichSinkFunction, ValueStateDescriptor } from 'flink-ts'

/** Counts and adds; the end of time tells the totals. */
class Totals extends KeyedProcessFunction {
  open () { this.total = this.getRuntimeContext().getState(new ValueStateDescriptor('total')) }
  processElement ([number], ctx, out) {
    const [count, sum] = this.total.value() ?? [0, 0]
    this.total.update([count + 1, sum + number])
    ctx.timerService().registerEventTimeTimer(1e15)
    out.collect('')
  }
  onTimer (timestamp, ctx, out) { out.collect(['TOTAL', ctx.getCurrentKey(), ...this.total.value()].join(' ')) }
}

/** Takes one record after the other, each of them for as long as the parameter says. */
class SlowSink extends RichSinkFunction {
  constructor (slowMs) { super(); this.slowMs = slowMs }
  invoke (text) {
    if (text !== '') this.getRuntimeContext().getStandardOutput().write(text + '\\n')
    else if (this.slowMs > 0) return new Promise((resolve) => setTimeout(resolve, this.slowMs))
  }
}

export default function (env, params) {
  env.setMaxParallelism(16)
  env.fromSequence(1, params.getInt('records')).uid('numbers')
    .map((number) => [number, 'x'.repeat(100)]).uid('padded')
    .rebalance().map((record) => record).uid('copied')
    .keyBy(([number]) => number % ${String(KEYS)}).process(new Totals()).uid('totals')
    .addSink(new SlowSink(params.getInt('slow'))).uid('sink')
}
`

export type History = CheckpointingStatistics['history']

/** What is printed where each record counts once. */
function expectedTotals(records: number): string[] {
  const totals = Array.from({ length: KEYS }, () => ({ count: 0, sum: 0 }))
  for (let number = 1; number <= records; number += 1) {
    const total = totals[number % KEYS] ?? assert.fail()
    total.count += 1
    total.sum += number
  }
  return totals.map(({ count, sum }, key) => `TOTAL ${[key, count, sum].join(' ')}`).sort()
}

/** Runs of the job in one workspace, of which each that goes on does so from a checkpoint of one that was killed. */
export class BackPressuredRuns {
  readonly workspace = new Workspace({
    'execution.checkpointing.dir': 'checkpoints',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    // Channels that are full after some hundred records, which the slow one takes seconds for.
    'taskmanager.memory.segment-size': '4 kb',
  })
  readonly records: number
  readonly #job: string
  #runDirectory: RunDirectory | undefined

  constructor(records: number) {
    this.records = records
    this.#job = this.workspace.file('job.mjs', JOB)
  }

  /** `options`: of `run`. */
  start(slowMs: number, ...options: readonly string[]): RunningCommand {
    const program = [this.#job, '--records', String(this.records), '--slow', String(slowMs)]
    return this.workspace.start('run', ...options, ...program)
  }

  /** From a checkpoint to the end of the data, without waiting; each record is in the totals once. */
  async finishFrom(checkpoint: string, parallelism: number): Promise<void> {
    const result = await this.start(0, '-p', String(parallelism), '-s', checkpoint).ended
    this.checkTotals(result)
  }

  checkTotals({ exitCode, stdout, stderr }: CommandResult): void {
    assert.equal(exitCode, 0, stderr)
    const lines = stdout.split('\n').flatMap((line) => /TOTAL .*$/.exec(line) ?? [])
    assert.deepEqual(lines.sort(), expectedTotals(this.records))
  }

  /** What the job tells of its checkpoints, the newest first. */
  async historyOf(jobId: string): Promise<History> {
    this.#runDirectory ??= new RunDirectory(path.join(this.workspace.path, 'run'), () => Date.now())
    const entry = await this.#runDirectory.find(jobId)
    assert.ok(entry !== undefined, 'the job lives')
    const call = { method: 'GET', path: `/jobs/${jobId}/checkpoints` } as const
    return ((await new RestClient(entry).call(call, 30_000)) as CheckpointingStatistics).history
  }

  /** The history, as soon as it is as wanted. */
  async historyWhen(jobId: string, isWanted: (history: History) => boolean, waitMs = 30_000): Promise<History> {
    const until = performance.now() + waitMs
    for (;;) {
      const history = await this.historyOf(jobId)
      if (isWanted(history)) return history
      assert.ok(performance.now() < until, `it did not come so far: ${JSON.stringify(history)}`)
      await delay(50)
    }
  }

  newestCheckpoint(jobId: string): string {
    const directory = path.join(this.workspace.path, 'checkpoints', jobId)
    const ids = readdirSync(directory).flatMap((name) => /^chk-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
    const complete = ids.filter((id) => existsSync(path.join(directory, `chk-${String(id)}`, '_metadata')))
    assert.ok(complete.length > 0, 'there is a checkpoint')
    return path.join(directory, `chk-${String(Math.max(...complete))}`)
  }
}
