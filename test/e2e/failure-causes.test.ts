/** A job that fails in one way after the other, in one process: each failure is told from its root, and the job restarts. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { Workspace } from './command-line.js'

/** How each attempt fails, and what is told of it; the next one finishes. */
const FAILURES = {
  open: /^Own map \(subtask 1 of 1\) failed: Error: planned in open \(at /,
  initializeState: /^Own map \(subtask 1 of 1\) failed: Error: planned in initializeState \(at /,
  run: /^Source: Numbers \(subtask 1 of 1\) failed: Error: planned in run \(at /,
  onTimer: /^Own timers \(subtask 1 of 1\) failed: Error: planned in onTimer \(at /,
  snapshotState:
    /^Exceeded checkpoint .* in a row failed: Own map \(subtask 1 of 1\) failed: Error: planned in snapshotState \(at /,
  complete: /^Own map \(subtask 1 of 1\) failed: Error: planned in complete \(at /,
  commit: /^Own sink \(subtask 1 of 1\) failed: Error: planned in commit \(at /,
  enumerator: /^The coordinator SourceCoordinator of Source: Own splits failed: Error: planned in enumerator \(at /,
  'a promise':
    /^Nobody caught an error in a worker that runs .* Own map \(1\/1\), .*: Error: planned in a promise\. .*\(at /,
  'a timer':
    /^Nobody caught an error in a worker that runs .* Own map \(1\/1\), .*: Error: planned in a timer\. .*\(at /,
  'process.exit':
    /^worker 0 \(Source: Numbers -> Own map \(1\/1\), .*\) died: its thread ended with code 3\. .*process\.exit/,
  memory: /^worker 1 \(Source: Numbers -> Own map \(1\/1\), .*\) ran out of memory\. .*task\.heap\.size/,
}

const JOB = `
import { KeyedProcessFunction, RichMapFunction, RichSinkFunction, WatermarkStrategy } from 'flink-ts'

const WAYS = ${JSON.stringify(Object.keys(FAILURES))}
let way
const planned = (name) => { if (way === name) throw new Error('planned in ' + name) }
const learnWay = (context) => { way = WAYS[context.getAttemptNumber()] }

/** Runs on until the attempt has failed. */
class Numbers {
  isRunning = true
  setRuntimeContext (context) { learnWay(context) }
  async run (context) {
    for (let number = 0; this.isRunning && (number < 6 || way !== undefined); number += 1) {
      context.collect(number)
      await new Promise((resolve) => setTimeout(resolve, 2))
      planned('run')
    }
  }
  cancel () { this.isRunning = false }
}
class Map extends RichMapFunction {
  open () { learnWay(this.getRuntimeContext()); planned('open') }
  initializeState () { learnWay(this.getRuntimeContext()); planned('initializeState') }
  snapshotState () { planned('snapshotState') }
  notifyCheckpointComplete () { planned('complete') }
  map (number) {
    if (number !== 5) return number
    const error = () => { throw new Error('planned in ' + way) }
    if (way === 'a promise') void Promise.resolve().then(() => error())
    if (way === 'a timer') setTimeout(error, 1)
    if (way === 'process.exit') process.exit(3)
    if (way === 'memory') for (const all = []; ;) all.push(new Array(100_000).fill(number + 0.5))
    return number
  }
}
class Timers extends KeyedProcessFunction {
  processElement (number, context, out) {
    context.timerService().registerProcessingTimeTimer(Date.now() + 1)
    out.collect(number)
  }
  onTimer () { planned('onTimer') }
}
class Sink extends RichSinkFunction {
  invoke () {}
  notifyCheckpointComplete () { planned('commit') }
}
class Reader {
  start () {}
  pollNext () { return way === undefined ? 'END_OF_INPUT' : 'NOTHING_AVAILABLE' }
  snapshotState () { return [] }
  isAvailable () { return new Promise((resolve) => setTimeout(resolve, 20)) }
  addSplits () {}
  notifyNoMoreSplits () {}
  close () {}
}
class Enumerator {
  start () {}
  handleSplitRequest () {}
  addSplitsBack () {}
  addReader () { planned('enumerator') }
  snapshotState () { return 0 }
  close () {}
}
class Splits {
  getBoundedness () { return 'BOUNDED' }
  createReader () { return new Reader() }
  createEnumerator () { return new Enumerator() }
  restoreEnumerator () { return new Enumerator() }
  getSplitSerializer () { return { getVersion: () => 1, serialize: () => new Uint8Array(), deserialize: () => undefined } }
}
export default function (env) {
  const numbers = env.addSource(new Numbers(), 'Numbers').uid('numbers').map(new Map()).name('Own map').uid('map')
  const splits = env.fromSource(new Splits(), WatermarkStrategy.noWatermarks(), 'Own splits').uid('splits')
  numbers.union(splits).keyBy((n) => n % 2).process(new Timers()).name('Own timers').uid('timers')
    .addSink(new Sink()).name('Own sink').uid('sink')
}
`

describe('a job that fails', () => {
  const workspace = new Workspace({
    'env.log.dir': 'log',
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.attempts': '100',
    'restart-strategy.fixed-delay.delay': '0 ms',
    'execution.checkpointing.interval': '50 ms',
    'execution.checkpointing.dir': 'checkpoints',
    'taskmanager.memory.task.heap.size': '48 mb',
  })
  workspace.file('job.mjs', JOB)
  after(() => {
    workspace.remove()
  })

  it('is told why from the root, with the operator, and restarts, wherever it failed', async () => {
    const { exitCode, stderr } = await workspace.run('run', 'job.mjs')
    assert.equal(exitCode, 0, stderr)
    const directory = path.join(workspace.path, 'log')
    const lines = readdirSync(directory).flatMap((file) => readFileSync(path.join(directory, file), 'utf8').split('\n'))
    const reasons = lines
      .filter((line) => line.includes('"the job restarts"'))
      .map((line) => (JSON.parse(line) as { reason: string }).reason)
    for (const [index, [way, told]] of Object.entries(FAILURES).entries()) assert.match(reasons[index] ?? '', told, way)
    assert.equal(reasons.length, Object.keys(FAILURES).length, reasons.join('\n'))
  })
})
