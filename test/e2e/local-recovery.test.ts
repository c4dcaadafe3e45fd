/** A restart goes on from what the tasks have kept of the newest checkpoint beside them, and where that is damaged from the checkpoint. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Workspace, type CommandResult } from './command-line.js'

const KEYS = 3000
const RECORDS = 3 * KEYS

/** Fails once, some checkpoints after all keys have state, and damages what its argument says before that. */
const JOB = `
import { existsSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { KeyedProcessFunction, RichSinkFunction, RichSourceFunction, ValueStateDescriptor } from 'flink-ts'

// Files and directories come and go meanwhile.
const listed = (directory) => {
  for (;;) {
    try {
      return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
  }
}

const forFiles = (directory, isWanted, damage) => {
  for (const name of listed(directory)) {
    const file = path.join(directory, name)
    try {
      if (statSync(file).isFile() && isWanted(file)) damage(file)
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
  }
}

const DAMAGES = {
  checkpoint: () => forFiles('checkpoints', (file) => path.basename(file) !== '_metadata', (file) => rmSync(file)),
  kept: () => forFiles('local', (file) => /chk-\\d+.*\\.sst$/.test(file), (file) => truncateSync(file, 10)),
}

class Numbers extends RichSourceFunction {
  constructor (damage) { super(); Object.assign(this, { damage, next: 0, completed: 0 }) }
  async * run () {
    for (; this.next < ${String(RECORDS)}; this.next += 1) {
      if (this.next === ${String(2 * KEYS)} && !existsSync('failed')) await this.fail()
      yield this.next
    }
  }
  async fail () {
    // The first of them may have been taken before.
    for (this.completed = 0; this.completed < 3;) await new Promise((resolve) => setTimeout(resolve, 5))
    DAMAGES[this.damage]()
    writeFileSync('failed', '')
    throw new Error('planned failure')
  }
  notifyCheckpointComplete () { this.completed += 1 }
  snapshotState () { return [this.next] }
  restoreState (state) { for (const next of state) this.next = next }
}

class Count extends KeyedProcessFunction {
  open () { this.held = this.getRuntimeContext().getState(new ValueStateDescriptor('held')) }
  processElement (value, ctx, out) {
    const { count } = this.held.value() ?? { count: 0 }
    this.held.update({ count: count + 1, text: String(value).padStart(2000, 'x') })
    out.collect(count + 1)
  }
}

class Sum extends RichSinkFunction {
  constructor () { super(); this.counts = new Map() }
  invoke (count) { this.counts.set(count, (this.counts.get(count) ?? 0) + 1) }
  finish () { this.getRuntimeContext().getStandardOutput().write('LAST ' + this.counts.get(3) + ' ' + this.counts.get(4) + '\\n') }
}

export default function (env, params) {
  env.addSource(new Numbers(params.get('damage'))).uid('numbers')
    .keyBy((value) => value % ${String(KEYS)})
    .process(new Count()).name('Count').uid('count')
    .addSink(new Sum()).uid('sum')
}
`

const CONFIGURATION = {
  'env.log.level': 'INFO',
  'parallelism.default': '1',
  'state.backend.type': 'rocksdb',
  'state.backend.rocksdb.driver': 'rocksdb',
  'state.backend.rocksdb.localdir': 'local',
  'taskmanager.memory.managed.size': '8 mb',
  'execution.checkpointing.dir': 'checkpoints',
  'execution.checkpointing.incremental': 'true',
  'execution.checkpointing.interval': '50 ms',
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '3',
  'restart-strategy.fixed-delay.delay': '10 ms',
}

interface Run extends CommandResult {
  /** What the workers said of the state that they began with. */
  readonly restored: readonly Readonly<Record<string, unknown>>[]
}

async function run(damage: string, ...options: readonly string[]): Promise<Run> {
  const workspace = new Workspace(CONFIGURATION)
  try {
    const job = workspace.file('job.mjs', JOB)
    const result = await workspace.run('run', ...options, job, '--damage', damage)
    assert.equal(result.exitCode, 0, result.stderr)
    assert.ok(existsSync(path.join(workspace.path, 'failed')), 'the failure has happened')
    // The records of the last round are counted once each, whatever was processed twice.
    assert.match(result.stdout, /^LAST \d+ undefined$/m)
    const left = readdirSync(path.join(workspace.path, 'local'))
    assert.deepEqual(left, [], 'a job that has ended leaves nothing')
    const directory = path.join(workspace.path, 'run/log')
    const text = readdirSync(directory).map((name) => readFileSync(path.join(directory, name), 'utf8'))
    const lines = text.join('').trimEnd().split('\n')
    const records = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    // A checkpoint under way when the job fails may not be kept any more, which is told as well.
    return { ...result, restored: records.filter(({ msg }) => /^(restored|the checkpoint is read)/.test(String(msg))) }
  } finally {
    workspace.remove()
  }
}

describe('local recovery', () => {
  it('reads nothing of the checkpoint: a job goes on whose checkpoint has lost all files of state', async () => {
    const { restored, stderr } = await run('checkpoint', '-D', 'state.backend.local-recovery=true')
    const [line] = restored
    assert.equal(restored.length, 1, JSON.stringify(restored))
    assert.equal(line?.['msg'], 'restored from files beside the task')
    assert.equal(line['operator'], 'Count')
    assert.ok(Number(line['files']) > 0, 'tables were linked')
    assert.equal(stderr.includes('passed over'), false, stderr)
  })

  it('takes the checkpoint where a file was cut off, and says so', async () => {
    const { restored } = await run('kept', '-D', 'execution.state-recovery.from-local=true')
    const [line] = restored
    assert.equal(restored.length, 1, JSON.stringify(restored))
    assert.equal(line?.['msg'], 'the checkpoint is read: nothing beside the task can be used')
    assert.match(String(line['reason']), /\.sst: it is cut off after 10 bytes$/)
  })
})
