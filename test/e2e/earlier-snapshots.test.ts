/** Snapshots that earlier versions wrote: each is still restored, whatever its format. `test/fixtures/snapshots/README.md`. */
import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { loadKvDriver } from '../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'
import { REPOSITORY, Workspace } from './command-line.js'

const FIXTURES = path.join(REPOSITORY, 'test/fixtures/snapshots')

describeSnapshotsOf('keyed and operator state', FIXTURES)
describeSnapshotsOf('windows, an interval join and timers', path.join(FIXTURES, 'time'))
describeFormsOf('state on the disk', path.join(FIXTURES, 'disk'))
describeFormsOf('values with a time to live, and schemas that go on', path.join(FIXTURES, 'ttl'))
describeUnalignedCheckpoints(path.join(FIXTURES, 'unaligned'))

/** Of the job in a directory, whose snapshots lie there by their formats. */
function describeSnapshotsOf(what: string, fixtures: string): void {
  describe(`A snapshot that an earlier version wrote of ${what}`, () => {
    const expected = readFileSync(path.join(fixtures, 'expected.txt'), 'utf8')
    const workspace = workspaceOfSuite(fixtures)

    const versions = readdirSync(fixtures).filter((name) => /^v\d+$/.test(name))
    for (const [index, version] of versions.entries()) {
      const checkpoint = readdirSync(path.join(fixtures, version, 'checkpoint')).find((name) => name.startsWith('chk-'))
      for (const [place, parallelism] of [
        ['savepoint', 2 + index],
        [`checkpoint/${String(checkpoint)}`, 1 + index],
      ] as const) {
        it(`${version}: ${place.slice(0, 10)} is restored with parallelism ${String(parallelism)}, to the last value`, async () => {
          const from = path.join('snapshots', version, place)
          await restore(workspace(), ['-p', String(parallelism), '-s', from], expected)
        })
      }
    }
  })
}

/** The forms that state on the disk is written in; savepoints are those of any backend, and so is a `checkpoint` of the heap. */
function describeFormsOf(what: string, fixtures: string): void {
  describe(`A snapshot that an earlier version wrote of ${what}`, () => {
    const expected = readFileSync(path.join(fixtures, 'expected.txt'), 'utf8')
    const workspace = workspaceOfSuite(fixtures)

    for (const version of readdirSync(fixtures).filter((name) => /^v\d+$/.test(name))) {
      for (const [driver, parallelism] of [
        ['rocksdb', 3],
        ['lmdb', 1],
      ] as const) {
        it(`${version}: checkpoint of ${driver} is restored with parallelism ${String(parallelism)}, to the last value`, async (t) => {
          const whyNot = await whyNotLoaded(driver)
          if (whyNot !== undefined) {
            t.skip(whyNot)
            return
          }
          const directory = path.join('snapshots', version, `${driver}-checkpoint`)
          const backend = ['-Dstate.backend.type=rocksdb', `-Dstate.backend.rocksdb.driver=${driver}`]
          const args = ['-p', String(parallelism), '-s', path.join(directory, 'chk-2'), ...backend]
          await restore(workspace(), args, expected)
        })
      }

      for (const place of ['savepoint', 'checkpoint/chk-2']) {
        if (!existsSync(path.join(fixtures, version, place))) continue
        it(`${version}: ${place.slice(0, 10)} is restored to the heap, to the last value`, async () => {
          await restore(workspace(), ['-p', '4', '-s', path.join('snapshots', version, place)], expected)
        })
      }
    }
  })
}

/** With another parallelism records in flight come to other subtasks. */
function describeUnalignedCheckpoints(fixtures: string): void {
  describe('An unaligned checkpoint that an earlier version wrote', () => {
    const expected = readFileSync(path.join(fixtures, 'expected.txt'), 'utf8')
    const workspace = workspaceOfSuite(fixtures)

    for (const version of readdirSync(fixtures).filter((name) => /^v\d+$/.test(name))) {
      it(`${version}: is restored with parallelism 3, with what was in flight`, async () => {
        await restore(workspace(), ['-p', '3', '-s', path.join('snapshots', version, 'checkpoint')], expected)
      })
    }
  })
}

async function whyNotLoaded(driver: 'rocksdb' | 'lmdb'): Promise<string | undefined> {
  try {
    await loadKvDriver(driver)
    return undefined
  } catch (error) {
    return `the driver ${driver} does not load on this machine: ${String(error)}`
  }
}

/** A worker for every four subtasks: workers are not what is looked at here. */
/** Made before the tests of a suite and gone after them. */
function workspaceOfSuite(fixtures: string): () => Workspace {
  let workspace: Workspace
  before(() => {
    workspace = workspaceWith(fixtures)
  })
  after(() => {
    workspace.remove()
  })
  return () => workspace
}

function workspaceWith(fixtures: string): Workspace {
  const workspace = new Workspace({ 'taskmanager.numberOfTaskSlots': '4' })
  // A disposed or claimed snapshot must not be the fixture.
  cpSync(fixtures, path.join(workspace.path, 'snapshots'), { recursive: true })
  workspace.file('job.mjs', readFileSync(path.join(fixtures, 'job.mjs'), 'utf8'))
  return workspace
}

async function restore(workspace: Workspace, options: readonly string[], expected: string): Promise<void> {
  const result = await workspace.run('run', ...options, 'job.mjs')
  assert.equal(result.exitCode, 0, result.stderr)
  const records = result.stdout.split('\n').filter((line) => line.includes(' | '))
  const sorted = records.map((line) => line.replace(/^\d+> /, '')).sort()
  assert.equal(sorted.join('\n'), expected.trimEnd())
}
