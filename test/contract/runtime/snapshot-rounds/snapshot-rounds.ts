/**
 * Random sequences of checkpoints, aborts, savepoints, restarts, new runs with another parallelism, claims, deletions and
 * crashes, from one seed: what survives on the disk is restored and compared with what it should hold.
 */
import assert from 'node:assert/strict'
import { defaultFileSystems } from '../../../../src/filesystems/default-file-systems.js'
import { keyGroupRangeForOperatorIndex } from '../../../../src/core/keygroups/key-group-assignment.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import { disposeOfSnapshot } from '../../../../src/runtime/jobmanager/checkpoint/snapshot-disposal.js'
import type { CompletedCheckpoint } from '../../../../src/storage/checkpoint-metadata.js'
import type { BackendUnderTest } from '../state-backend.contract.js'
import { KEYS, NO_CONTENTS, type Contents } from './keyed-contents.js'
import { KeyedTask, MAX_PARALLELISM } from './keyed-task.js'
import { SnapshotFiles } from './snapshot-files.js'
import { SnapshotRun } from './snapshot-run.js'

const MAX_PENDING = 2

export interface RoundCounts {
  checkpoints: number
  aborts: number
  savepoints: number
  restarts: number
  runs: number
  claims: number
  deletions: number
  restores: number
  /** Of subtasks, at restarts. */
  localRestores: number
  /** Files and runs of changes of what an attempt began with, in checkpoints that it took. */
  namedAgain: number
}

export interface RoundsSettings {
  readonly seed: number
  readonly root: string
  /** The first is the one whose files nobody else reads. */
  readonly kinds: readonly [BackendUnderTest, ...BackendUnderTest[]]
  readonly steps: number
  /** All surviving snapshots are restored after so many steps. */
  readonly verifiedEvery: number
}

export class SnapshotRounds {
  readonly counts: RoundCounts = {
    checkpoints: 0,
    aborts: 0,
    savepoints: 0,
    restarts: 0,
    runs: 0,
    claims: 0,
    deletions: 0,
    restores: 0,
    localRestores: 0,
    namedAgain: 0,
  }
  readonly #settings: RoundsSettings
  readonly #random: SeededRandom
  readonly #fileSystems = defaultFileSystems()
  readonly #files: SnapshotFiles
  /** By path. */
  readonly #contents = new Map<string, Contents>()
  readonly #dirty = new Set<string>()
  #run: SnapshotRun

  constructor(settings: RoundsSettings) {
    this.#settings = settings
    this.#random = new SeededRandom(settings.seed)
    this.#files = new SnapshotFiles(settings.root, this.#fileSystems)
    this.#run = this.#newRun(undefined)
  }

  async play(): Promise<void> {
    await this.#run.begin()
    try {
      for (let step = 1; step <= this.#settings.steps; step += 1) {
        this.#run.change(this.#random.nextInt(25))
        await this.#step()
        await this.#files.check((jobId) => this.#isDirty(jobId))
        if (step % this.#settings.verifiedEvery === 0) await this.#verifyAll()
      }
      await this.#verifyAll()
    } finally {
      await this.#run.closeTasks()
    }
  }

  async #step(): Promise<void> {
    const drawn = this.#random.nextInt(20)
    if (drawn < 9) await this.#checkpoint()
    else if (drawn < 11) await this.#completeOne()
    else if (drawn < 13) await this.#abort()
    else if (drawn < 15) await this.#savepoint()
    else if (drawn < 17) await this.#restart()
    else if (drawn < 19) await this.#nextRun()
    else await this.#delete()
  }

  async #checkpoint(): Promise<void> {
    const written = await this.#run.write(false, undefined)
    assert.ok(written)
    this.#run.pending.push(written)
    this.counts.namedAgain += this.#run.namedAgainBy(written)
    if (this.#run.pending.length > MAX_PENDING || this.#random.nextInt(3) > 0) await this.#completeOne()
  }

  /** The newest, or one of those before it; then these are given up. */
  async #completeOne(): Promise<void> {
    const { pending, repository } = this.#run
    const at = this.#random.nextInt(pending.length)
    const chosen = pending[at]
    if (chosen === undefined) return
    const path = await this.#run.complete(chosen)
    this.#contents.set(this.#pathOf(path), chosen.contents)
    this.counts.checkpoints += 1
    for (const older of pending.splice(0, at + 1)) if (older !== chosen) await repository.discard(older.location)
  }

  async #abort(): Promise<void> {
    const [oldest] = this.#run.pending
    this.counts.aborts += 1
    if (oldest === undefined || this.#random.nextInt(2) === 0) {
      await this.#run.write(this.#random.nextInt(4) === 0, this.#random.nextInt(this.#run.tasks.length + 1))
    } else {
      this.#run.pending.shift()
      await this.#run.repository.discard(oldest.location)
    }
  }

  async #savepoint(): Promise<void> {
    const written = await this.#run.write(true, undefined)
    assert.ok(written)
    this.#contents.set(this.#pathOf(await this.#run.complete(written)), written.contents)
    this.counts.savepoints += 1
  }

  async #restart(): Promise<void> {
    for (const { location } of this.#run.pending.splice(0)) await this.#run.repository.discard(location)
    const before = this.#run.restoredLocally
    await this.#run.restart()
    this.counts.restarts += 1
    this.counts.localRestores += this.#run.restoredLocally - before
  }

  /** The process is stopped, or killed, and another one goes on from what somebody chooses. */
  async #nextRun(): Promise<void> {
    await this.#run.closeTasks()
    if (this.#random.nextInt(2) === 0) {
      for (const { location } of this.#run.pending.splice(0)) await this.#run.repository.discard(location)
      await this.#run.repository.shutdown('STOPPED')
    } else if (this.#run.pending.length > 0) this.#dirty.add(this.#run.settings.jobId)
    const surviving = await this.#files.surviving()
    this.#run = this.#newRun(surviving[this.#random.nextInt(surviving.length + 1)])
    await this.#run.begin()
  }

  async #delete(): Promise<void> {
    const { jobId, restore } = this.#run.settings
    const free = (await this.#files.surviving()).filter(
      ({ metadata, externalPath }) =>
        externalPath !== restore?.path && (metadata.isSavepoint || metadata.jobId !== jobId),
    )
    const chosen = free[this.#random.nextInt(free.length)]
    if (chosen === undefined) return
    const isJobRunning = (id: string): Promise<boolean> => Promise.resolve(id === jobId)
    await disposeOfSnapshot(chosen.externalPath, { isJobRunning, fileSystems: this.#fileSystems })
    this.counts.deletions += 1
  }

  #newRun(from: CompletedCheckpoint | undefined): SnapshotRun {
    const { root, kinds } = this.#settings
    const [own] = kinds
    const kind = from !== undefined && isInFiles(from) ? own : (kinds[this.#random.nextInt(kinds.length)] ?? own)
    const mode = this.#random.nextInt(3) === 0 ? 'CLAIM' : 'NO_CLAIM'
    this.counts.runs += 1
    if (from !== undefined && mode === 'CLAIM') this.counts.claims += 1
    return new SnapshotRun({
      jobId: this.#random.hex(32),
      root,
      fileSystems: this.#fileSystems,
      random: this.#random,
      kind,
      parallelism: 1 + this.#random.nextInt(4),
      restore: from && { path: from.externalPath, contents: this.#contentsOf(from.externalPath), mode },
    })
  }

  async #verifyAll(): Promise<void> {
    for (const snapshot of await this.#files.surviving()) await this.#verify(snapshot)
  }

  async #verify(snapshot: CompletedCheckpoint): Promise<void> {
    const { kinds } = this.#settings
    const [own] = kinds
    const kind = isInFiles(snapshot) ? own : (kinds[this.#random.nextInt(kinds.length)] ?? own)
    const parallelism = 1 + this.#random.nextInt(3)
    const contents = this.#contentsOf(snapshot.externalPath)
    const handles = snapshot.metadata.operators.flatMap(({ subtasks }) =>
      subtasks.flatMap((each) => each?.managedKeyed ?? []),
    )
    for (let index = 0; index < parallelism; index += 1) {
      const keyGroups = keyGroupRangeForOperatorIndex(MAX_PARALLELISM, parallelism, index)
      const mine = handles.filter(({ keyGroups: { start, end } }) => start <= keyGroups.end && end >= keyGroups.start)
      const task = await KeyedTask.start({
        kind,
        keyGroups,
        handles: mine,
        fileSystems: this.#fileSystems,
        withList: true,
      })
      try {
        for (const key of KEYS.filter((each) => task.owns(each))) {
          const where = `${String(key)} in ${snapshot.externalPath}`
          assert.deepEqual(sorted(task.contentsOf(key)), sorted(contents.get(key) ?? NO_CONTENTS), where)
        }
      } finally {
        await task.backend.dispose()
      }
    }
    this.counts.restores += 1
  }

  #contentsOf(path: string): Contents {
    const contents = this.#contents.get(this.#pathOf(path))
    assert.ok(contents, `${path} was never completed`)
    return contents
  }

  #pathOf(uri: string): string {
    return this.#fileSystems.forUri(uri).path
  }

  /** A checkpoint under way may still use what its base had. */
  #isDirty(jobId: string): boolean {
    return this.#dirty.has(jobId) || (jobId === this.#run.settings.jobId && this.#run.pending.length > 0)
  }
}

function isInFiles({ metadata }: CompletedCheckpoint): boolean {
  return metadata.operators.some(({ subtasks }) =>
    subtasks.some((each) => each?.managedKeyed.some(({ backendFiles }) => backendFiles !== undefined) === true),
  )
}

function sorted(contents: { readonly map: Readonly<Record<string, number>> }): object {
  return {
    ...contents,
    map: Object.fromEntries(Object.entries(contents.map).sort(([one], [other]) => (one < other ? -1 : 1))),
  }
}
