/** Checkpoints of what changed, savepoints in both formats, and who owns them, with state there: the same for HDFS and S3. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { Workspace, type RunningCommand } from '../e2e/command-line.js'
import {
  checkpointsOf,
  eventually,
  filesBelow,
  newestAfter,
  succeeded,
  WAIT_MS,
  type MakePlace,
  type PlaceElsewhere,
} from './place-elsewhere.js'

const KEYS = 500
const RECORDS = 100_000

/** A record a ms as long as the file `--while` is there. */
const JOB = `
import {
  KeyedProcessFunction, ListStateDescriptor, MapStateDescriptor, RichMapFunction, RichSinkFunction, ValueStateDescriptor,
} from 'flink-ts'
import { existsSync } from 'node:fs'

class Slow extends RichMapFunction {
  constructor (file) { super(); Object.assign(this, { file, pause: undefined }) }
  open () { this.pause = new Int32Array(new SharedArrayBuffer(4)) }
  map (value) {
    if (this.isFast) return value
    if (existsSync(this.file)) Atomics.wait(this.pause, 0, 0, 1)
    else this.isFast = true
    return value
  }
}

class Count extends KeyedProcessFunction {
  open () {
    const context = this.getRuntimeContext()
    this.count = context.getState(new ValueStateDescriptor('count'))
    this.seen = context.getMapState(new MapStateDescriptor('seen'))
    this.some = context.getListState(new ListStateDescriptor('some'))
  }
  processElement (value, ctx, out) {
    const count = (this.count.value() ?? 0) + 1
    this.count.update(count)
    this.seen.put(count % 5, value)
    if (count % 50 === 0) this.some.add(value)
    out.collect([ctx.getCurrentKey(), count, this.seen.get((count + 4) % 5) ?? null, [...this.some.get()].length])
  }
}

class PrintLast extends RichSinkFunction {
  constructor () { super(); this.last = new Map() }
  invoke ([key, ...values]) { this.last.set(key, values.join(' ')) }
  finish () {
    const out = this.getRuntimeContext().getStandardOutput()
    for (const [key, text] of this.last) out.write('FINAL ' + key + ' ' + text + '\\n')
  }
}

export default function (env, params) {
  env.fromSequence(0, ${String(RECORDS - 1)}).uid('numbers').setParallelism(1)
    .map(new Slow(params.get('while'))).uid('slow').setParallelism(1)
    .keyBy((value) => value % ${String(KEYS)}).process(new Count()).uid('count')
    .addSink(new PrintLast()).uid('print').setParallelism(1)
}
`

/** What it prints at its end where each record was counted once. */
function expectedLines(): string[] {
  const count = RECORDS / KEYS
  const before = RECORDS - 2 * KEYS
  return Array.from(
    { length: KEYS },
    (_, key) => `FINAL ${String(key)} ${String(count)} ${String(before + key)} ${String(Math.floor(count / 50))}`,
  ).sort()
}

export function snapshots(name: string, makePlace: MakePlace): void {
  describe(`Snapshots on ${name}`, () => {
    for (const [backend, other] of [
      ['hashmap', 'rocksdb'],
      ['rocksdb', 'hashmap'],
    ] as const) {
      describe(`of ${backend}`, () => {
        ofBackend(backend, other, makePlace)
      })
    }
  })
}

function ofBackend(backend: string, other: string, makePlace: MakePlace): void {
  let place: PlaceElsewhere
  let workspace: Workspace
  let slow: string
  let job: string
  const running: RunningCommand[] = []

  before(async () => {
    place = await makePlace()
    workspace = new Workspace({
      ...place.configuration,
      'state.backend.type': backend,
      'execution.checkpointing.dir': `${place.directory}/checkpoints`,
      'execution.checkpointing.savepoint-dir': `${place.directory}/savepoints`,
      'execution.checkpointing.incremental': 'true',
      'execution.checkpointing.interval': '200 ms',
      'execution.checkpointing.data-inline-threshold': '0 b',
      'execution.checkpointing.num-retained': '2',
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    })
    slow = workspace.file('slow', '')
    job = workspace.file('job.mjs', JOB)
  })
  after(() => {
    for (const command of running) command.kill('SIGKILL')
    workspace.remove()
  })

  function run(...options: string[]): RunningCommand {
    const command = workspace.start('run', ...options, job, '--while', slow)
    running.push(command)
    return command
  }

  async function checkpointsDirectoryOf(command: RunningCommand): Promise<string> {
    await command.until(/submitted with JobID/, WAIT_MS)
    return `${place.directory}/checkpoints/${await command.jobId()}`
  }

  async function kill(command: RunningCommand): Promise<void> {
    command.kill('SIGKILL')
    await command.ended
  }

  async function assertCounted(command: RunningCommand): Promise<void> {
    const { exitCode, stdout, stderr } = await command.ended
    assert.equal(exitCode, 0, stderr)
    const lines = stdout.split('\n').filter((line) => line.startsWith('FINAL'))
    assert.deepEqual(lines.sort(), expectedLines())
  }

  const isThere = async (snapshot: string): Promise<boolean> =>
    (await place.fileSystem.status(`${snapshot}/_metadata`)) !== undefined

  it('are gone on from after kill -9, stay where nobody claims them, and go where they were claimed', async () => {
    const first = run('-p', '2')
    const ofFirst = await checkpointsDirectoryOf(first)
    const kept = await newestAfter(place, ofFirst, 3)
    assert.notDeepEqual(await filesBelow(place.fileSystem, `${ofFirst}/shared`), [], 'checkpoints of what changed')
    await kill(first)
    const newest = (await checkpointsOf(place, ofFirst)).at(-1) ?? kept

    const second = run('-p', '3', '-s', `${newest}/_metadata`, '-cm', 'no_claim')
    await newestAfter(place, await checkpointsDirectoryOf(second), 3)
    const secondId = await second.jobId()
    const canonical = savepointIn(succeeded(await workspace.run('savepoint', '--type', 'canonical', secondId)))
    const native = savepointIn(succeeded(await workspace.run('stop', '--type', 'native', secondId)))
    assert.equal((await second.ended).exitCode, 0)

    const third = run('-p', '2', '-s', native, '-cm', 'claim')
    const ofThird = await checkpointsDirectoryOf(third)
    await newestAfter(place, ofThird, 3)
    await eventually('the end of the claimed savepoint', async () => ((await isThere(native)) ? undefined : true))
    await kill(third)
    const last = (await checkpointsOf(place, ofThird)).at(-1) ?? assert.fail('no checkpoint')
    rmSync(slow)
    await assertCounted(run('-p', '1', '-s', last, '-cm', 'claim'))

    assert.ok((await isThere(newest)) && (await isThere(canonical)), 'of what nobody claimed nothing is taken away')
    await assertCounted(run('-p', '3', '-s', newest))
    await assertCounted(run('-p', '1', '-D', `state.backend.type=${other}`, '-s', canonical))
    succeeded(await workspace.run('savepoint', '-d', canonical))
    assert.deepEqual(await filesBelow(place.fileSystem, canonical), [])
  })
}

function savepointIn(stdout: string): string {
  const [, path] = /Savepoint completed\. Path: (\S+)\n/.exec(stdout) ?? []
  return path ?? assert.fail(stdout)
}
