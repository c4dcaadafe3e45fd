/**
 * Checkpoints that were complete and are gone are no beginning: the job is not started at zero unasked. A directory in which
 * none has been complete yet looks the same but for a mark.
 */
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import type { CheckpointRepository } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { disposeOfSnapshot } from '../../../../../src/runtime/jobmanager/checkpoint/snapshot-disposal.js'
import { FROM_LATEST, JOB, makeCheckpointRuns, type CheckpointRuns, type RunSettings } from './checkpoint-runs.js'

const SECOND = 'b'.repeat(32)
const THIRD = 'c'.repeat(32)
const NEXT = { jobId: SECOND, configuration: { [FROM_LATEST]: 'true' } }
/** Goes on from what lies there, takes it over, and keeps one checkpoint. */
const CLAIMING = {
  jobId: SECOND,
  configuration: {
    ...NEXT.configuration,
    'execution.state-recovery.claim-mode': 'CLAIM',
    'execution.checkpointing.num-retained': '1',
  },
}
const ONE_DIRECTORY = { 'execution.checkpointing.create-subdir': 'false' }

let disk: CheckpointRuns['disk']
let fileSystems: CheckpointRuns['fileSystems']
let repositoryOf: CheckpointRuns['repositoryOf']
let take: CheckpointRuns['take']

beforeEach(() => {
  ;({ disk, fileSystems, repositoryOf, take } = makeCheckpointRuns())
})

async function ran(settings: RunSettings, ...ids: readonly number[]): Promise<CheckpointRepository> {
  const run = repositoryOf(settings)
  for (const id of ids) await take(run, id)
  return run
}

async function removeMetadata(jobId = JOB): Promise<void> {
  for (const { path } of await disk.list(`/cp/${jobId}`)) await disk.delete(`${path}/_metadata`)
}

async function assertRefused(settings: RunSettings, directory = `/cp/${JOB}`): Promise<void> {
  await assert.rejects(repositoryOf(settings).open(), (error) => {
    assert.ok(FlinkError.is(error, 'SNAPSHOTS_UNUSABLE'), String(error))
    const { message } = error
    const reason = `Checkpoints were complete in ${directory} since 1970-01-01T00:00:0`
    assert.ok(message.includes(reason), message)
    assert.ok(message.includes('no _metadata lies in its chk-<n> directories any more'), message)
    assert.ok(message.includes(`-D ${FROM_LATEST}=false`), message)
    return true
  })
}

async function marks(): Promise<string[]> {
  const files = [...(await disk.list('/cp')), ...(await disk.list(`/cp/${JOB}`))]
  return files.flatMap(({ name, path }) => (name.startsWith('_completed-') ? [path] : []))
}

async function newestNotes(): Promise<string[]> {
  return (await disk.list(`/cp/${JOB}`)).flatMap(({ name, path }) => (name.startsWith('_newest-') ? [path] : []))
}

describe('A start that finds none of the checkpoints that were complete', () => {
  it('is refused where every _metadata is gone, naming directory, reason and how to start afresh', async () => {
    await ran({}, 1, 2, 3)
    await removeMetadata()
    await assertRefused(NEXT)
    assert.equal((await repositoryOf({ jobId: SECOND }).open()).checkpoint, undefined, 'the way that the advice names')
  })

  it('is refused where their directories are gone', async () => {
    await ran({}, 1)
    await disk.delete(`/cp/${JOB}/chk-1`)
    await assertRefused(NEXT)
  })

  it('is refused where all runs share one directory', async () => {
    await ran({ configuration: ONE_DIRECTORY }, 1)
    await disk.delete('/cp/chk-1')
    await assertRefused({ jobId: SECOND, configuration: { ...NEXT.configuration, ...ONE_DIRECTORY } }, '/cp')
  })

  it('is refused where the mark itself is damaged', async () => {
    await ran({}, 1)
    await removeMetadata()
    const [mark = ''] = await marks()
    await (await disk.openForWrite(mark)).close()
    await assert.rejects(repositoryOf(NEXT).open(), /complete in \/cp\/a+ since an unknown time/)
  })

  it('goes on from an older one of an earlier run, which is told with its cost', async () => {
    await ran({}, 1)
    await ran({ jobId: SECOND }, 2)
    await removeMetadata(SECOND)
    const { checkpoint, notes } = await repositoryOf({ ...NEXT, jobId: THIRD }).open()
    assert.equal(checkpoint?.metadata.checkpointId, 1)
    assert.match(notes[0] ?? '', /passed over\. Checkpoints were complete in \/cp\/b+ since .*, and none is left/)
    assert.match(notes[1] ?? '', /older checkpoint 1 .* comes out twice/)
  })

  it('says nothing of what an earlier run has lost where a later one has a checkpoint', async () => {
    await ran({}, 1)
    await ran({ jobId: SECOND }, 2)
    await removeMetadata()
    const { checkpoint, notes } = await repositoryOf({ ...NEXT, jobId: THIRD }).open()
    assert.equal(checkpoint?.metadata.checkpointId, 2)
    assert.deepEqual(notes, [])
  })

  it('is not refused for a job that lives: it may be between two of them', async () => {
    await ran({}, 1)
    await removeMetadata()
    assert.equal((await repositoryOf({ ...NEXT, running: [JOB] }).open()).checkpoint, undefined)
  })
})

describe('A start where no checkpoint has been complete yet', () => {
  it('begins at zero and says so, however many were begun', async () => {
    const crashed = repositoryOf()
    for (const id of [1, 2, 3]) await crashed.discard(await crashed.prepareCheckpoint(id))
    await crashed.prepareCheckpoint(4)
    const { checkpoint, choice } = await repositoryOf(NEXT).open()
    assert.equal(checkpoint, undefined)
    assert.match(choice ?? '', /starts at zero: no checkpoint is complete .*\/chk-4 has no _metadata/)
  })

  it('takes the directory of an earlier version, which has no mark, as it did', async () => {
    await ran({}, 1)
    for (const mark of await marks()) await disk.delete(mark)
    assert.equal((await repositoryOf(NEXT).open()).checkpoint?.metadata.checkpointId, 1)
    await removeMetadata()
    assert.match((await repositoryOf(NEXT).open()).choice ?? '', /starts at zero/)
  })
})

describe('Nobody expects the checkpoints', () => {
  for (const status of ['FINISHED', 'CANCELED'] as const) {
    it(`of a run that is ${status} and has removed them, whether or not it left word of its end`, async () => {
      const run = await ran({}, 1)
      await run.shutdown(status)
      assert.deepEqual(await marks(), [])
      assert.equal((await repositoryOf(NEXT).open()).checkpoint, undefined)
    })
  }

  it('of a run that was ended for good, of which a crash left the mark', async () => {
    const run = await ran({ configuration: NEXT.configuration }, 1)
    const [mark = ''] = await marks()
    const content = await disk.readFile(mark)
    await run.shutdown('FINISHED')
    const writer = await disk.openForWrite(mark)
    await writer.write(content)
    await writer.close()
    assert.equal((await repositoryOf(NEXT).open()).checkpoint, undefined)
  })

  it('of which the user disposed, but does as long as one is left', async () => {
    await ran({}, 1, 2)
    const services = { fileSystems, isJobRunning: () => Promise.resolve(false) }
    await disposeOfSnapshot(`/cp/${JOB}/chk-1`, services)
    assert.equal((await marks()).length, 1)
    await disposeOfSnapshot(`/cp/${JOB}/chk-2`, services)
    assert.deepEqual(await marks(), [])
    assert.equal((await repositoryOf(NEXT).open()).checkpoint, undefined)
  })

  it('that a later run has claimed and put newer ones in the place of', async () => {
    await ran({}, 1)
    const [mark = ''] = await marks()
    const claiming = repositoryOf(CLAIMING)
    await claiming.open()
    await take(claiming, 2)
    assert.equal(await disk.status(mark), undefined)
  })
})

describe('The mark of a first checkpoint that is complete', () => {
  it('is written once, after the checkpoint, and outlives a crash', async () => {
    const renamed: string[] = []
    disk.fault = (operation, file) => {
      if (operation === 'rename') renamed.push(file.replace(/.*\//, '').replace(/-[0-9a-f]{32}/, ''))
    }
    await ran({}, 1, 2)
    assert.deepEqual(renamed, ['_metadata.part', '_completed.part', '_newest.part', '_metadata.part', '_newest.part'])
    disk.crash()
    assert.equal((await marks()).length, 1)
  })

  it('costs no checkpoint when it cannot be written, and is tried again with the next one', async () => {
    disk.fault = (operation, path) => {
      if (path.includes('_completed-')) throw new FlinkError('FILE_IO_FAILED', { path, operation, reason: 'EIO' })
    }
    const run = await ran({}, 1)
    assert.equal((await run.restorable()).assignment?.checkpointId, 1)
    disk.fault = () => undefined
    await take(run, 2)
    assert.equal((await marks()).length, 1)
  })
})

describe('A start that finds older checkpoints and not the newest', () => {
  const LOST =
    /A checkpoint was passed over\. The checkpoint chk-3 of 1970-01-01T00:00:03.000Z was complete in \/cp\/a+,/

  for (const [title, lost] of [
    ['_metadata', `/cp/${JOB}/chk-3/_metadata`],
    ['directory', `/cp/${JOB}/chk-3`],
  ] as const) {
    it(`goes on from the older one and says what that costs, where the ${title} is gone`, async () => {
      await ran({}, 1, 2, 3)
      await disk.delete(lost)
      for (const settings of [NEXT, { jobId: SECOND, restore: `/cp/${JOB}` }]) {
        const { checkpoint, notes } = await repositoryOf(settings).open()
        assert.equal(checkpoint?.metadata.checkpointId, 2)
        assert.match(notes[0] ?? '', LOST)
        assert.match(notes[1] ?? '', /goes back to the older checkpoint 2 .* comes out twice/)
      }
    })
  }

  it('says nothing where a later run has newer ones, where its job lives, and where the run has ended', async () => {
    const first = await ran({ configuration: NEXT.configuration }, 1, 2, 3)
    await disk.delete(`/cp/${JOB}/chk-3`)
    assert.match((await repositoryOf({ ...NEXT, running: [JOB] }).open()).notes.join(), /^[^.]* runs: this one/)
    const second = repositoryOf(NEXT)
    await second.open()
    await take(second, 4)
    assert.deepEqual((await repositoryOf({ ...NEXT, jobId: THIRD }).open()).notes, [])
    await second.shutdown('FINISHED')
    await first.shutdown('FINISHED')
    assert.deepEqual((await repositoryOf({ ...NEXT, jobId: THIRD }).open()).notes, [])
  })

  it('says nothing where the user disposed of the newest, or a later run claimed it and that has gone', async () => {
    await ran({}, 1, 2, 3)
    await disposeOfSnapshot(`/cp/${JOB}/chk-3`, { fileSystems, isJobRunning: () => Promise.resolve(false) })
    disk.crash()
    assert.deepEqual((await repositoryOf(NEXT).open()).notes, [])
    const claiming = repositoryOf(CLAIMING)
    await claiming.open()
    await take(claiming, 3)
    await disposeOfSnapshot(`/cp/${SECOND}/chk-3`, { fileSystems, isJobRunning: () => Promise.resolve(false) })
    const { checkpoint, notes } = await repositoryOf({ ...NEXT, jobId: THIRD }).open()
    assert.equal(checkpoint?.metadata.checkpointId, 1)
    assert.deepEqual(notes, [])
  })

  it('says nothing where the note of the newest was never written, is older, or was spoilt by a crash', async () => {
    const run = await ran({}, 1, 2)
    const [note = ''] = await newestNotes()
    const older = await disk.readFile(note)
    await take(run, 3)
    for (const bytes of [older, new Uint8Array(), new TextEncoder().encode('null')]) {
      const writer = await disk.openForWrite(note)
      await writer.write(bytes)
      await writer.close()
      const { checkpoint, notes } = await repositoryOf(NEXT).open()
      assert.equal(checkpoint?.metadata.checkpointId, 3)
      assert.deepEqual(notes, [])
    }
    disk.crash()
    assert.deepEqual((await repositoryOf(NEXT).open()).notes, [])
  })

  it('finds one that was completed while it looked', async () => {
    const run = await ran({}, 1)
    let isTaken = false
    disk.fault = (operation, path) => {
      if (isTaken || operation !== 'readFile' || !path.includes('_newest-')) return
      isTaken = true
      void take(run, 2)
    }
    const { notes } = await repositoryOf(NEXT).open()
    assert.deepEqual(notes, [])
  })
})

describe('A mark that is no plain file, or cannot be read', () => {
  it('is one that nobody can understand: what it spoke of counts as lost', async () => {
    await ran({}, 1)
    await removeMetadata()
    const [mark = ''] = await marks()
    await disk.delete(mark)
    await disk.mkdirs(mark)
    await assert.rejects(repositoryOf(NEXT).open(), /complete in \/cp\/a+ since an unknown time/)
    await disk.delete(mark)
    await (await disk.openForWrite(mark)).close()
    disk.fault = (operation, path) => {
      if (operation !== 'readFile' || path !== mark) return
      throw new FlinkError('FILE_IO_FAILED', { path, operation: 'read', reason: 'EACCES' })
    }
    await assert.rejects(repositoryOf(NEXT).open(), /complete in \/cp\/a+ since an unknown time/)
  })
})
