/** Snapshots that earlier versions wrote: each is still restored, whatever its format. `test/fixtures/snapshots/README.md`. */
import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { REPOSITORY, Workspace } from './command-line.js'

const FIXTURES = path.join(REPOSITORY, 'test/fixtures/snapshots')

describeSnapshotsOf('keyed and operator state', FIXTURES)
describeSnapshotsOf('windows, an interval join and timers', path.join(FIXTURES, 'time'))

/** Of the job in a directory, whose snapshots lie there by their formats. */
function describeSnapshotsOf(what: string, fixtures: string): void {
  describe(`A snapshot that an earlier version wrote of ${what}`, () => {
    const expected = readFileSync(path.join(fixtures, 'expected.txt'), 'utf8')
    let workspace: Workspace

    before(() => {
      workspace = new Workspace()
      // A disposed or claimed snapshot must not be the fixture.
      cpSync(fixtures, path.join(workspace.path, 'snapshots'), { recursive: true })
      workspace.file('job.mjs', readFileSync(path.join(fixtures, 'job.mjs'), 'utf8'))
    })
    after(() => {
      workspace.remove()
    })

    const versions = readdirSync(fixtures).filter((name) => /^v\d+$/.test(name))
    for (const [index, version] of versions.entries()) {
      const checkpoint = readdirSync(path.join(fixtures, version, 'checkpoint')).find((name) => name.startsWith('chk-'))
      for (const [place, parallelism] of [
        ['savepoint', 2 + index],
        [`checkpoint/${String(checkpoint)}`, 1 + index],
      ] as const) {
        it(`${version}: ${place.slice(0, 10)} is restored with parallelism ${String(parallelism)}, to the last value`, async () => {
          const from = path.join('snapshots', version, place)
          const result = await workspace.run('run', '-p', String(parallelism), '-s', from, 'job.mjs')
          assert.equal(result.exitCode, 0, result.stderr)
          const records = result.stdout.split('\n').filter((line) => line.includes(' | '))
          const sorted = records.map((line) => line.replace(/^\d+> /, '')).sort()
          assert.equal(sorted.join('\n'), expected.trimEnd())
        })
      }
    }
  })
}
