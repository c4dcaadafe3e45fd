/**
 * One rule, whatever is damaged and however a job comes to its snapshot: what was named is refused with file and reason; of
 * several the newest usable one is taken, and the user is told; where none can be used the job does not start at zero.
 */
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { FlinkError, type ErrorCode } from '../../../../../src/core/errors/flink-error.js'
import { FROM_LATEST, JOB, makeCheckpointRuns, type CheckpointRuns } from './checkpoint-runs.js'

let disk: CheckpointRuns['disk']
let repositoryOf: CheckpointRuns['repositoryOf']
let take: CheckpointRuns['take']

beforeEach(() => {
  ;({ disk, repositoryOf, take } = makeCheckpointRuns())
})

async function rewrite(file: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  const changed = change(await disk.readFile(file))
  const writer = await disk.openForWrite(file)
  await writer.write(changed)
  await writer.close()
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
}

async function replaceByDirectory(file: string): Promise<void> {
  await disk.delete(file)
  await disk.mkdirs(file)
}

type Damage = (file: string) => Promise<void>

const METADATA_DAMAGE: readonly (readonly [string, Damage, RegExp])[] = [
  ['cut to nothing', (file) => rewrite(file, () => new Uint8Array()), /magic number/],
  ['cut in its header', (file) => rewrite(file, (bytes) => bytes.slice(0, 20)), /the header: the file is cut off/],
  ['cut at its end', (file) => rewrite(file, (bytes) => bytes.slice(0, -1)), /operator block 1 of 1/],
  ['changed in its magic number', (file) => rewrite(file, (bytes) => flipped(bytes, 2)), /magic number/],
  ['changed in its header', (file) => rewrite(file, (bytes) => flipped(bytes, 30)), /the header: its checksum/],
  ['changed at its end', (file) => rewrite(file, (b) => flipped(b, b.length - 1)), /operator block 1 of 1: its checks/],
  ['of version 0', (file) => rewrite(file, (b) => b.map((byte, at) => (at === 7 ? 0 : byte))), /version is 0/],
  ['a directory', replaceByDirectory, /no plain file/],
]

const STATE_DAMAGE: readonly (readonly [string, Damage, RegExp])[] = [
  ['missing', (file) => disk.delete(file), /bytes 0 to 10: it is missing/],
  ['cut off', (file) => rewrite(file, (bytes) => bytes.slice(0, 5)), /bytes 0 to 10: it is cut off after 5 bytes/],
  ['longer', (file) => rewrite(file, (bytes) => Uint8Array.of(...bytes, 1)), /1 bytes follow its end/],
  ['changed', (file) => rewrite(file, (bytes) => flipped(bytes, 4)), /bytes 0 to 10: its checksum does not match/],
  ['a directory', replaceByDirectory, /it is no plain file/],
]

function chk(id: number, jobId = JOB): string {
  return `/cp/${jobId}/chk-${String(id)}`
}

function metadataFileOf(id: number): Promise<string> {
  return Promise.resolve(`${chk(id)}/_metadata`)
}

async function stateFileOf(id: number): Promise<string> {
  const file = (await disk.list(chk(id))).find(({ name }) => name !== '_metadata')
  assert.ok(file)
  return file.path
}

const CASES = [
  ...METADATA_DAMAGE.map(([what, damage, reason]) => ({
    what: `its metadata are ${what}`,
    of: metadataFileOf,
    damage,
    reason,
  })),
  ...STATE_DAMAGE.map(([what, damage, reason]) => ({
    what: `a state file is ${what}`,
    of: stateFileOf,
    damage,
    reason,
  })),
]

function isRefusal(code: ErrorCode, ...words: readonly (string | RegExp)[]) {
  return (error: unknown): true => {
    assert.ok(FlinkError.is(error, code), String(error))
    for (const word of words) {
      assert.ok(typeof word === 'string' ? error.message.includes(word) : word.test(error.message), error.message)
    }
    return true
  }
}

/** The ways to a snapshot that look for the newest. */
const SEARCHES = [
  ['run -s with a directory of checkpoints', { restore: `/cp/${JOB}` }, '-s'],
  ['the newest of its predecessors', { configuration: { [FROM_LATEST]: 'true' } }, `-D ${FROM_LATEST}=false`],
] as const
const NEXT = { jobId: 'b'.repeat(32) }

for (const { what, of, damage, reason } of CASES) {
  describe(`a checkpoint of which ${what}`, () => {
    it('is refused when it is the one that was named', async () => {
      await take(repositoryOf(), 1)
      const file = await of(1)
      await damage(file)
      const code = /magic/.test(reason.source) ? 'SNAPSHOT_MAGIC_INVALID' : 'SNAPSHOT_CORRUPT'
      const isDirectory = what.endsWith('metadata are a directory')
      const isExpected = isRefusal(isDirectory ? 'SNAPSHOT_NOT_A_FILE' : code, file, reason)
      await assert.rejects(repositoryOf({ ...NEXT, restore: chk(1) }).open(), isExpected)
    })

    for (const [way, settings, option] of SEARCHES) {
      it(`is passed over for an older one, which is told with its cost: ${way}`, async () => {
        const first = repositoryOf()
        for (const id of [1, 2, 3]) await take(first, id)
        const file = await of(3)
        await damage(file)
        const { checkpoint, notes, choice } = await repositoryOf({ ...NEXT, ...settings }).open()
        assert.equal(checkpoint?.metadata.checkpointId, 2)
        assert.ok(notes[0]?.includes(file) === true && reason.test(notes[0]), notes[0])
        assert.match(
          notes[1] ?? '',
          /older checkpoint 2 of 1970-01-01T00:00:02.000Z: .* processed again.* comes out twice/,
        )
        assert.match(choice ?? '', /goes on from file:\/cp\/a+\/chk-2, .*newest usable checkpoint/)
      })

      it(`is no reason to start at zero when there is no other: ${way}`, async () => {
        await take(repositoryOf(), 1)
        const file = await of(1)
        await damage(file)
        const isExpected = isRefusal('SNAPSHOTS_UNUSABLE', file, reason, option)
        await assert.rejects(repositoryOf({ ...NEXT, ...settings }).open(), isExpected)
      })
    }
  })
}

for (const [what, damage, reason] of STATE_DAMAGE) {
  describe(`the newest checkpoint of a job that restarts, of which a state file is ${what},`, () => {
    it('is passed over for an older one, which is told at every restart until there is a newer one', async () => {
      const run = repositoryOf()
      for (const id of [1, 2]) await take(run, id)
      const file = await stateFileOf(2)
      await damage(file)
      for (let restart = 0; restart < 2; restart += 1) {
        const { assignment, notes } = await run.restorable()
        assert.equal(assignment?.checkpointId, 1)
        assert.ok(notes[0]?.includes(file) === true && reason.test(notes[0]), notes[0])
        assert.match(notes[1] ?? '', /older checkpoint 1 of .* comes out twice/)
      }
      await take(run, 3)
      const { assignment, notes } = await run.restorable()
      assert.deepEqual([assignment?.checkpointId, notes], [3, []])
    })

    it('fails the job when there is no other, also when it is asked again', async () => {
      const run = repositoryOf()
      await take(run, 1)
      const file = await stateFileOf(1)
      await damage(file)
      for (let restart = 0; restart < 2; restart += 1) {
        await assert.rejects(run.restorable(), isRefusal('SNAPSHOT_CORRUPT', file, reason))
      }
    })
  })
}

describe('a checkpoint of a newer format', () => {
  for (const [way, settings] of SEARCHES) {
    it(`is not passed over for an older one, and the engine that wrote it is named: ${way}`, async () => {
      const first = repositoryOf()
      for (const id of [1, 2]) await take(first, id)
      await rewrite(`${chk(2)}/_metadata`, (bytes) => bytes.map((byte, at) => (at === 7 ? 9 : byte)))
      await assert.rejects(repositoryOf({ ...NEXT, ...settings }).open(), (error) => {
        assert.ok(error instanceof Error)
        assert.match(
          error.message,
          /chk-2\/_metadata has format version 9, was written by flink-ts 1\.2\.3, .* up to \d/,
        )
        return true
      })
    })
  }
})

describe('a disk that cannot be read', () => {
  for (const [way, settings] of SEARCHES) {
    it(`is no damage: nothing older is taken: ${way}`, async () => {
      const first = repositoryOf()
      for (const id of [1, 2]) await take(first, id)
      const file = await stateFileOf(2)
      disk.fault = (operation, path) => {
        if (operation !== 'open' || path !== file) return
        throw new FlinkError('FILE_IO_FAILED', { path, operation, reason: 'EACCES: permission denied' })
      }
      await assert.rejects(repositoryOf({ ...NEXT, ...settings }).open(), /EACCES: permission denied/)
    })
  }

  it('fails a restart, which is tried again by the strategy of the job', async () => {
    const run = repositoryOf()
    await take(run, 1)
    disk.fault = (operation, path) => {
      if (operation === 'open') throw new FlinkError('FILE_IO_FAILED', { path, operation, reason: 'EIO' })
    }
    await assert.rejects(run.restorable(), (error) => FlinkError.is(error) && error.recovery === 'restart')
    disk.fault = () => undefined
    assert.equal((await run.restorable()).assignment?.checkpointId, 1)
  })
})

describe('the newest checkpoint of its predecessors', () => {
  const settings = { ...NEXT, configuration: { [FROM_LATEST]: 'true' } }

  it('is not verified where its job lives: this one starts afresh, and says so', async () => {
    await take(repositoryOf(), 1)
    await disk.delete(await stateFileOf(1))
    const { checkpoint, notes } = await repositoryOf({ ...settings, running: [JOB] }).open()
    assert.equal(checkpoint, undefined)
    assert.match(notes.join(), /which runs: this one starts afresh/)
  })

  for (const retention of [undefined, 'NO_EXTERNALIZED_CHECKPOINTS']) {
    const isKept = retention === undefined
    const what = isKept ? 'unless something else is configured' : 'but not against its configuration, which is told'
    it(`is kept when a job fails that wants to go on from it, ${what}`, async () => {
      const key = 'execution.checkpointing.externalized-checkpoint-retention'
      const configuration = { [FROM_LATEST]: 'true', ...(retention !== undefined && { [key]: retention }) }
      const run = repositoryOf({ configuration })
      await take(run, 1)
      await run.shutdown('FAILED')
      const { checkpoint, choice } = await repositoryOf(settings).open()
      assert.equal(checkpoint !== undefined, isKept)
      assert.match(choice ?? '', isKept ? /goes on from/ : /starts afresh: it failed at .*its checkpoints were removed/)
    })
  }

  for (const [status, note] of [
    ['CANCELED', /^The job starts afresh: it was cancelled at 1970-01-01T00:01:30.000Z/],
    ['FINISHED', /^$/],
  ] as const) {
    it(`is gone with a job that was ${status}, which the next start ${status === 'CANCELED' ? 'says' : 'keeps to itself'}`, async () => {
      const run = repositoryOf(settings)
      await take(run, 1)
      await run.shutdown(status)
      const { checkpoint, choice } = await repositoryOf(settings).open()
      assert.equal(checkpoint, undefined)
      assert.match(choice ?? '', note)
    })
  }

  it('is history before it is removed, so that a crash in between leaves no older one in its place', async () => {
    const run = repositoryOf(settings)
    await take(run, 1)
    const operations: string[] = []
    disk.fault = (operation, file) => {
      if (operation === 'rename' || operation === 'delete') operations.push(`${operation} ${file}`)
    }
    await run.shutdown('FINISHED')
    assert.match(operations[0] ?? '', /^rename \/cp\/_ended-/)
    assert.match(operations.at(-1) ?? '', /^delete .*chk-1$/)
  })

  it('is refused where it does not fit the program: with why it was taken, and how to start afresh', async () => {
    await take(repositoryOf(), 1)
    const operator = '2'.repeat(32)
    const why = /newest checkpoint in file:\/\/\/cp that a job of the name '.+' left/
    const words = [chk(1), why, '--allowNonRestoredState', `To start afresh: -D ${FROM_LATEST}=false.`]
    await assert.rejects(repositoryOf({ ...settings, operator }).open(), isRefusal('LATEST_CHECKPOINT_UNFIT', ...words))
    await assert.rejects(repositoryOf({ ...NEXT, operator, restore: chk(1) }).open(), isRefusal('STATE_UNMATCHED'))
  })

  it('cannot be claimed from a job that lives', async () => {
    await take(repositoryOf(), 1)
    const configuration = { 'execution.state-recovery.claim-mode': 'CLAIM' }
    const claiming = { ...NEXT, restore: chk(1), configuration }
    await assert.rejects(repositoryOf({ ...claiming, running: [JOB] }).open(), isRefusal('SNAPSHOT_IN_USE', JOB))
    assert.equal((await repositoryOf(claiming).open()).checkpoint?.metadata.checkpointId, 1)
    const third = { ...claiming, jobId: 'c'.repeat(32) }
    const { jobId: claimant } = NEXT
    await assert.rejects(repositoryOf({ ...third, running: [claimant] }).open(), isRefusal('SNAPSHOT_IN_USE', claimant))
    assert.equal(
      (await repositoryOf({ ...third, running: ['d'.repeat(32)] }).open()).checkpoint?.metadata.checkpointId,
      1,
    )
  })
})
