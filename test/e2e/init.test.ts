/** `flink-ts init`: what it writes, and where it writes nothing. That the project builds and runs is in test/package. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { REPOSITORY, Workspace } from './command-line.js'

describe('flink-ts init', () => {
  const workspace = new Workspace()

  after(() => {
    workspace.remove()
  })

  it('writes a project named after its directory, into a new one and into a repository that has nothing yet', async () => {
    const { exitCode, stdout, stderr } = await workspace.run('init', 'jobs/My Job')
    assert.equal(exitCode, 0, stderr)
    assert.match(
      stdout,
      /^Wrote the project my-job to .*\/jobs\/My Job:\n {2}package\.json\n[^]*\nGo on with: cd 'jobs\/My Job' && npm install/,
    )
    const directory = path.join(workspace.path, 'jobs/My Job')
    const manifest = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as {
      name: string
      dependencies: Readonly<Record<string, string>>
    }
    assert.equal(manifest.name, 'my-job')
    const { 'flink-ts': dependency = '' } = manifest.dependencies
    assert.equal(dependency, `file:${path.relative(directory, REPOSITORY)}`, 'this checkout')

    mkdirSync(path.join(workspace.path, 'repository/.git'), { recursive: true })
    const told = await workspace.run('init', 'repository', '--json')
    const { files } = JSON.parse(told.stdout) as { files: string[] }
    assert.ok(
      files.every((file) => existsSync(path.join(workspace.path, 'repository', file))),
      told.stdout,
    )
  })

  it('tells how to go on in words that a shell reads as they are meant', async () => {
    const { stdout } = await workspace.run('init', '--', "-it's $(x)")
    assert.ok(stdout.includes(`Go on with: cd './-it'\\''s $(x)' && npm install`), stdout)
    const uri = await workspace.run('init', `file://${workspace.path}/from-uri`)
    assert.ok(uri.stdout.includes(`Go on with: cd ${workspace.path}/from-uri && `), uri.stdout)
    assert.ok(existsSync(path.join(workspace.path, 'from-uri/package.json')))
  })

  it('writes nothing to a directory that has files, or to what is none, and says so', async () => {
    workspace.file('full/notes.txt', 'mine')
    for (const [args, told] of [
      [['full'], /The directory "full" is not empty: there is notes\.txt\. Name one that is, or a new one\./],
      [[], /The directory "\." is not empty: there is /],
      [['full/notes.txt'], /"full\/notes\.txt" is no directory/],
      [['a', 'b'], /"b" is one directory too many/],
      [[''], /directory of the project is empty/],
      [['s3://bucket/job'], /"s3:\/\/bucket\/job" is no directory of this machine/],
    ] as const) {
      const { exitCode, stdout } = await workspace.run('init', ...args)
      assert.equal(exitCode, 1, stdout)
      assert.match(stdout, told)
    }
    assert.deepEqual(readdirSync(path.join(workspace.path, 'full')), ['notes.txt'])
    assert.equal(existsSync(path.join(workspace.path, 's3:')), false)
    const tooLong = await workspace.run('init', 'x'.repeat(300))
    assert.equal(tooLong.exitCode, 1)
    assert.match(tooLong.stderr, /FlinkException: Could not look into .*\nCaused by: .*ENAMETOOLONG/)
  })
})
