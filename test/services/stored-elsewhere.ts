/** What a job does with paths of a file system that is none of this machine: the same for HDFS and S3. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { FileSystem } from '../../src/core/fs/file-system.js'
import { SeededRandom } from '../../src/core/random/seeded-random.js'
import { REPOSITORY, Workspace, type CommandResult, type RunningCommand } from '../e2e/command-line.js'
import { TextServer } from '../e2e/text-server.js'
import { killRounds } from './kill-rounds.js'

export interface PlaceElsewhere {
  readonly fileSystem: FileSystem
  /** A URI; empty. */
  readonly directory: string
  readonly configuration: Readonly<Record<string, string>>
  readonly environment?: Readonly<Record<string, string>>
  /** Takes a part of the server away for a while. */
  readonly disturb?: () => Promise<void>
}

const JOB = path.join(REPOSITORY, 'dist/jobs/socket-word-count.js')
const WAIT_MS = 120_000
const LINES = 4000
const LIMIT = { timeout: 30 * 60_000 }

export function storedElsewhere(name: string, makePlace: () => Promise<PlaceElsewhere>): void {
  describe(`jobs on ${name}`, () => {
    documentedWorkflow(makePlace)
    filesExactlyOnce(makePlace)
  })
}

async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const began = performance.now()
  while (performance.now() - began < WAIT_MS) {
    const found = await look()
    if (found !== undefined) return found
    await delay(100)
  }
  throw new Error(`waited in vain for ${what}`)
}

function succeeded(result: CommandResult): string {
  assert.equal(result.exitCode, 0, result.stdout + result.stderr)
  return result.stdout
}

/** `state.backend: filesystem`, `num-retained: 20`, the directory listed, kill, `run -s .../chk-N/_metadata`, savepoints, `--recover`. */
function documentedWorkflow(makePlace: () => Promise<PlaceElsewhere>): void {
  const server = new TextServer()
  const running: RunningCommand[] = []
  let place: PlaceElsewhere
  let workspace: Workspace

  before(async () => {
    await server.listen()
    place = await makePlace()
    const { configuration, environment, directory } = place
    const options = {
      ...configuration,
      'state.backend': 'filesystem',
      'state.checkpoints.dir': `${directory}/flink/checkpoints`,
      'state.savepoints.dir': `${directory}/flink/savepoints`,
      'state.checkpoints.num-retained': '20',
      'execution.checkpointing.interval': '300 ms',
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    }
    workspace = new Workspace(options, environment)
  })
  after(async () => {
    for (const command of running) command.kill('SIGKILL')
    await server.close()
    workspace.remove()
  })

  function run(...options: string[]): RunningCommand {
    const address = ['--hostname', '127.0.0.1', '--port', String(server.port)]
    const command = workspace.start('run', ...options, '-c', 'SocketWordCount', JOB, ...address)
    running.push(command)
    return command
  }

  async function checkpointsOf(jobId: string): Promise<string[]> {
    const { fileSystem, directory } = place
    const found: string[] = []
    for (const { name, path: checkpoint } of await fileSystem.list(`${directory}/flink/checkpoints/${jobId}`)) {
      if (!name.startsWith('chk-')) continue
      if ((await fileSystem.status(`${checkpoint}/_metadata`)) !== undefined) found.push(checkpoint)
    }
    return found.sort((one, other) => Number(/\d+$/.exec(one)) - Number(/\d+$/.exec(other)))
  }

  it('keep their checkpoints there, and go on from any of them after kill -9', async () => {
    const first = run()
    await first.until(/submitted with JobID/, WAIT_MS)
    const jobId = await first.jobId()
    await server.send('to be or not to be\n')
    await first.until(/\(be,2\)/, WAIT_MS)
    const before = (await checkpointsOf(jobId)).length
    await eventually('checkpoints', async () => ((await checkpointsOf(jobId)).length > before + 2 ? true : undefined))
    first.kill('SIGKILL')
    await first.ended
    const newest = (await checkpointsOf(jobId)).at(-1) ?? assert.fail('no checkpoint')
    assert.match(newest, /\/flink\/checkpoints\/[0-9a-f]{32}\/chk-\d+$/)
    const address = ['--hostname', '127.0.0.1', '--port', String(server.port)]
    const checked = await workspace.run('check', '-c', 'SocketWordCount', JOB, ...address, '--against', newest)
    assert.match(succeeded(checked), /count-id/)
    assert.match(succeeded(await workspace.run('state', 'ls', newest)), /count-id/)
    assert.match(succeeded(await workspace.run('state', 'export', newest)), /"be"/)

    const second = run('-s', `${newest}/_metadata`)
    await second.until(/submitted with JobID/, WAIT_MS)
    await server.send('to do\n')
    await second.until(/\(to,3\)/, WAIT_MS)
    const secondId = await second.jobId()
    const saved = succeeded(await workspace.run('savepoint', secondId, `${place.directory}/elsewhere`))
    const [, savepoint = ''] = /Savepoint completed\. Path: (\S+)\n/.exec(saved) ?? []
    assert.ok(savepoint.startsWith(`${place.directory}/elsewhere/savepoint-${secondId.slice(0, 6)}-`), saved)
    const cancelled = succeeded(await workspace.run('cancel', '-s', secondId))
    const [, last = ''] = /Savepoint stored in (\S+)\.\n/.exec(cancelled) ?? []
    assert.ok(last.startsWith(`${place.directory}/flink/savepoints/`), cancelled)
    await second.ended

    const third = run('-s', last)
    await third.until(/submitted with JobID/, WAIT_MS)
    await server.send('to be\n')
    await third.until(/\(to,4\)/, WAIT_MS)
    succeeded(await workspace.run('cancel', await third.jobId()))
    await third.ended
    succeeded(await workspace.run('savepoint', '-d', savepoint))
    assert.equal(await place.fileSystem.status(`${savepoint}/_metadata`), undefined)
  })
}

const FILE_JOB = `
import { FileSink, FileSource, OnCheckpointRollingPolicy, SimpleStringEncoder, TextLineInputFormat } from 'flink-ts/connectors/filesystem'
import { WatermarkStrategy } from 'flink-ts'

const pause = new Int32Array(new SharedArrayBuffer(4))

export default function (env, params) {
  const source = FileSource.forRecordStreamFormat(new TextLineInputFormat(), params.get('in')).build()
  const sink = FileSink.forRowFormat(params.get('out'), new SimpleStringEncoder()).build()
  env
    .fromSource(source, WatermarkStrategy.noWatermarks(), 'lines')
    .uid('lines')
    .map((line) => {
      Atomics.wait(pause, 0, 0, 3)
      return line
    })
    .uid('slowly')
    .sinkTo(sink)
    .uid('files')
}
`

/** File to file there, with high availability there, killed in between: each line once. */
function filesExactlyOnce(makePlace: () => Promise<PlaceElsewhere>): void {
  it('go from files there to files there, and have each line once after each kill -9', LIMIT, async (test) => {
    const { fileSystem, directory, configuration, environment, disturb } = await makePlace()
    const workspace = new Workspace(
      {
        ...configuration,
        'high-availability.type': 'FILESYSTEM',
        'high-availability.storageDir': `${directory}/ha`,
        'state.checkpoints.dir': `${directory}/checkpoints`,
        'execution.checkpointing.interval': '200 ms',
        'execution.checkpointing.tolerable-failed-checkpoints': '1000',
        'client.timeout': '4 s',
      },
      environment,
    )
    const seed = Number(process.env.FLINK_TS_SEED ?? Date.now() % 1_000_000)
    test.diagnostic(`seed ${String(seed)} (FLINK_TS_SEED)`)
    const random = new SeededRandom(seed)
    const job = workspace.file('job.mjs', FILE_JOB)
    const expected = Array.from({ length: LINES }, (_, at) => `line ${String(at)}`)
    let running: RunningCommand | undefined
    try {
      for (let kills = 0, run = 0; kills < killRounds(); run += 1) {
        const [input, output] = [`${directory}/in-${String(run)}`, `${directory}/out-${String(run)}`]
        await fileSystem.mkdirs(input)
        await put(fileSystem, `${input}/lines.txt`, expected.join('\n'))
        running = workspace.start('run', '-p', '2', job, '--in', input, '--out', output)
        const [, jobId = ''] = await running.until(/submitted with JobID ([0-9a-f]{32})/, WAIT_MS)
        const killsOfRun = Math.min(3, killRounds() - kills)
        for (let kill = 0; kill < killsOfRun; kill += 1, kills += 1) {
          await delay(500 + random.nextInt(2500))
          if (disturb !== undefined && random.nextInt(2) === 0) await disturb()
          running.kill('SIGKILL')
          await running.ended
          running = workspace.start('run', '--recover', jobId)
          await Promise.race([running.until(/submitted with JobID|recovered/, WAIT_MS), running.ended])
        }
        const { exitCode, stderr } = await running.ended
        assert.ok(exitCode === 0 || /RECOVERY_JOB_ENDED|came to its end/.test(stderr), stderr)
        assert.deepEqual(
          await linesIn(fileSystem, output),
          expected.toSorted(),
          `seed ${String(seed)}, run ${String(run)}`,
        )
      }
    } finally {
      running?.kill('SIGKILL')
      workspace.remove()
    }
  })
}

async function put(fileSystem: FileSystem, file: string, text: string): Promise<void> {
  const writer = await fileSystem.openForWrite(file)
  await writer.write(new TextEncoder().encode(text))
  await writer.close()
}

/** Of all files that are not hidden. */
async function linesIn(fileSystem: FileSystem, directory: string): Promise<string[]> {
  const lines: string[] = []
  for (const { name, path: entry, isDirectory } of await fileSystem.list(directory)) {
    if (/^[._]/.test(name)) continue
    if (isDirectory) lines.push(...(await linesIn(fileSystem, entry)))
    else
      lines.push(
        ...new TextDecoder()
          .decode(await fileSystem.readFile(entry))
          .split('\n')
          .filter(Boolean),
      )
  }
  return lines.sort()
}
