/** Options of s3:// whose effect only a store shows: random characters in paths, encryption, and compaction, which reads what it commits. */
import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { HeadObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { Workspace, type RunningCommand } from '../../e2e/command-line.js'
import { filesBelow } from '../../../src/core/fs/files-below.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { MOTO, motoFileSystem, newBucketDirectory, s3Options } from './moto-server.js'

const WAIT_MS = 60_000
const fileSystem = await motoFileSystem()
const bucket = (await newBucketDirectory(fileSystem)).replace(/\/directory$/, '')
const workspaces: Workspace[] = []
const running: RunningCommand[] = []
after(() => {
  for (const command of running) command.kill('SIGKILL')
  for (const workspace of workspaces) workspace.remove()
})

const JOB = `
import { FileSink, ConcatFileCompactor, FileCompactStrategy, OnCheckpointRollingPolicy, SimpleStringEncoder } from 'flink-ts/connectors/filesystem'

const pause = new Int32Array(new SharedArrayBuffer(4))

export default function (env, params) {
  const strategy = FileCompactStrategy.Builder.newBuilder().enableCompactionOnCheckpoint(3).build()
  const sink = FileSink.forRowFormat(params.get('out'), new SimpleStringEncoder())
    .withRollingPolicy(OnCheckpointRollingPolicy.build())
    .enableCompact(strategy, new ConcatFileCompactor())
    .build()
  env
    .fromSequence(1, params.getInt('records'))
    .uid('numbers')
    .map((value) => {
      Atomics.wait(pause, 0, 0, 2)
      return value
    })
    .uid('slowly')
    .keyBy((value) => value % 100)
    .reduce((one, other) => Math.max(one, other))
    .uid('greatest')
    .map((value) => 'line ' + value)
    .uid('lines')
    .sinkTo(sink)
    .uid('files')
}
`

function workspaceOf(options: Readonly<Record<string, string>>): Workspace {
  const workspace = new Workspace({
    ...s3Options(),
    'execution.checkpointing.interval': '300 ms',
    'execution.checkpointing.data-inline-threshold': '0 b',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'state.checkpoints.num-retained': '2',
    ...options,
  })
  workspaces.push(workspace)
  return workspace
}

function started(workspace: Workspace, ...args: string[]): RunningCommand {
  const command = workspace.start('run', ...args)
  running.push(command)
  return command
}

function numberOf(checkpoint: string): number {
  return Number(/\d+$/.exec(checkpoint))
}

/** Of objects with random characters before a directory. */
async function spreadKeys(base: string): Promise<string[]> {
  return (await keysBelow(bucket)).filter((key) => /^[0-9A-Za-z]{7}\//.test(key) && key.slice(8).startsWith(`${base}/`))
}

async function keysBelow(directory: string): Promise<string[]> {
  return (await filesBelow(fileSystem, directory)).map(({ path }) => path.slice(bucket.length + 1))
}

for (const incremental of ['false', 'true']) {
  it(`puts random characters into the paths of state, which is restored and removed (incremental: ${incremental})`, async () => {
    const base = `entropy-${incremental}`
    const workspace = workspaceOf({
      's3.entropy.key': '_entropy_',
      's3.entropy.length': '7',
      'execution.checkpointing.incremental': incremental,
      'state.checkpoints.dir': `${bucket}/_entropy_/${base}/cp`,
      'state.savepoints.dir': `${bucket}/_entropy_/${base}/sp`,
    })
    const job = workspace.file('job.mjs', JOB)
    const program = (out: string): string[] => [job, '--records', '100000', '--out', `${bucket}/${base}/${out}`]
    const first = started(workspace, ...program('first'))
    const jobId = await first.jobId()
    const completed = async (job: string): Promise<string[]> => {
      const found: string[] = []
      for (const { name, path } of await fileSystem.list(`${bucket}/${base}/cp/${job}`)) {
        const isComplete = name.startsWith('chk-') && (await fileSystem.status(`${path}/_metadata`)) !== undefined
        if (isComplete) found.push(path)
      }
      return found.sort((one, other) => numberOf(one) - numberOf(other))
    }
    const untilCompleted = async (job: string, number: number): Promise<void> => {
      const began = performance.now()
      while (!(await completed(job)).some((path) => numberOf(path) >= number)) {
        assert.ok(performance.now() - began < WAIT_MS, `no checkpoint ${String(number)} of ${job}`)
        await delay(100)
      }
    }
    await untilCompleted(jobId, 2)
    first.kill('SIGKILL')
    await first.ended
    const newest = (await completed(jobId)).at(-1) ?? assert.fail('no checkpoint')
    // Beside the metadata nothing of them is where everybody looks.
    const beside = (await keysBelow(`${bucket}/${base}/cp`)).filter((key) => !/\/_[^/]+$/.test(key))
    assert.deepEqual(beside, [])
    const spread = await spreadKeys(base)
    assert.ok(
      spread.some((key) => key.includes(incremental === 'true' ? '/shared/' : `/chk-${String(numberOf(newest))}/`)),
    )
    assert.ok(
      spread.every((key) => key.slice(8).startsWith(`${base}/cp/${jobId}/`)),
      spread.join(),
    )

    const claim = ['-D', 'execution.state-recovery.claim-mode=CLAIM']
    const second = started(workspace, '-s', newest, ...claim, ...program('second'))
    const secondId = await second.jobId()
    // By then what it was started from is no more.
    await untilCompleted(secondId, numberOf(newest) + 3)
    const ofClaimed = (await spreadKeys(base)).filter((key) =>
      key.includes(`/${jobId}/chk-${String(numberOf(newest))}/`),
    )
    assert.deepEqual(ofClaimed, [])
    const saved = await workspace.run('savepoint', secondId)
    const [, savepoint = ''] = /Savepoint completed\. Path: (\S+)\n/.exec(saved.stdout) ?? assert.fail(saved.stderr)
    assert.ok(savepoint.startsWith(`${bucket}/${base}/sp/savepoint-`), savepoint)
    const cancelled = await workspace.run('cancel', secondId)
    assert.equal(cancelled.exitCode, 0, cancelled.stderr)
    await second.ended
    const inspected = await workspace.run('savepoint', 'inspect', savepoint)
    assert.equal(inspected.exitCode, 0, inspected.stdout + inspected.stderr)
    const ofSavepoints = async (): Promise<string[]> => {
      return (await keysBelow(bucket)).filter((key) => key.includes(`${base}/sp/`))
    }
    assert.ok((await ofSavepoints()).some((key) => /^[0-9A-Za-z]{7}\//.test(key)))
    assert.equal((await workspace.run('savepoint', '-d', savepoint)).exitCode, 0)
    assert.deepEqual(await ofSavepoints(), [])
  })
}

it('compacts files of a store, in which nobody ever sees a line twice', async () => {
  const workspace = workspaceOf({ 'state.checkpoints.dir': `${bucket}/compact/cp` })
  const out = `${bucket}/compact/out`
  const job = workspace.file('job.mjs', JOB)
  const command = started(workspace, job, '--records', '1500', '--out', out)
  const lines = async (): Promise<string[]> => {
    const found: string[] = []
    for (const { name, path } of await filesBelow(fileSystem, out)) {
      if (/^[._]/.test(name)) continue
      assert.match(name, /^compacted-part-/)
      try {
        found.push(
          ...Buffer.from(await fileSystem.readFile(path))
            .toString()
            .split('\n')
            .filter(Boolean),
        )
      } catch (error) {
        if (!FlinkError.is(error, 'FILE_NOT_FOUND')) throw error
      }
    }
    return found
  }
  let looks = 0
  let hasEnded = false
  const ended = command.ended.finally(() => (hasEnded = true))
  while (!hasEnded) {
    const found = await lines()
    assert.equal(new Set(found).size, found.length)
    looks += found.length > 0 ? 1 : 0
    await delay(100)
  }
  const { exitCode, stderr } = await ended
  assert.equal(exitCode, 0, stderr)
  assert.ok(looks > 0, 'nothing was seen before the end')
  const expected = Array.from({ length: 1500 }, (_, at) => `line ${String(at + 1)}`)
  assert.deepEqual((await lines()).sort(), expected.sort())
  const hidden = (await filesBelow(fileSystem, out)).filter(({ name }) => name.startsWith('.'))
  assert.deepEqual(hidden, [])
  const { client } = fileSystem.objects.connection
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket.slice('s3://'.length) }))
  assert.deepEqual(
    Uploads.filter(({ Key = '' }) => Key.startsWith('compact/')),
    [],
  )
})

it('asks for encryption, which the store tells of each file', async () => {
  const encrypting = await motoFileSystem({ ...s3Options(), 's3.sse.type': 'sse-s3' })
  for (const [name, sizeBytes] of [
    ['small', 10],
    ['large', 6 * 1024 * 1024],
  ] as const) {
    const writer = await encrypting.openForWrite(`${bucket}/encrypted/${name}`)
    await writer.write(new Uint8Array(sizeBytes))
    await writer.close()
    const { client } = encrypting.objects.connection
    const asked = { Bucket: bucket.slice('s3://'.length), Key: `encrypted/${name}` }
    assert.equal((await client.send(new HeadObjectCommand(asked))).ServerSideEncryption, 'AES256')
  }
})

it('asks in a role that the store has given away', async () => {
  const options = {
    's3.assume-role.arn': 'arn:aws:iam::123456789012:role/reader',
    's3.assumed.role.sts.endpoint': MOTO,
  }
  const inRole = await motoFileSystem({ ...s3Options(), ...options })
  const { accessKeyId, sessionToken } = await inRole.objects.connection.client.config.credentials()
  assert.match(accessKeyId, /^ASIA/)
  assert.ok(sessionToken)
  assert.equal(await inRole.createNew(`${bucket}/role`, Uint8Array.of(1)), true)
  assert.equal((await inRole.readFile(`${bucket}/role`)).length, 1)
})
