import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { WorkingDirectories } from '../../../../src/core/process/working-directories.js'
import { thisProcess } from '../../../../src/core/process/process-owner.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'

const root = mkdtempSync(path.join(tmpdir(), 'working-directories-'))
let seed = 0

after(() => {
  rmSync(root, { recursive: true, force: true })
})

function directoriesIn(...places: readonly string[]): WorkingDirectories {
  seed += 1
  const option = 'state.backend.rocksdb.localdir'
  return new WorkingDirectories({ places: places.join(','), prefix: 'state', option, random: new SeededRandom(seed) })
}

function newPlace(name: string): string {
  return path.join(root, name)
}

/** A directory that a process left which is no more. */
async function leaveIn(place: string, name: string): Promise<void> {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
  const pid = child.pid ?? 0
  await once(child, 'exit')
  mkdirSync(path.join(place, name), { recursive: true })
  writeFileSync(path.join(place, name, '000001.sst'), 'bytes')
  writeFileSync(path.join(place, `${name}.owner`), JSON.stringify({ ...(await thisProcess()), pid }))
}

describe('A working directory', () => {
  it('is new, made with the place it is in, of its user alone, and gone once it is removed', async () => {
    const place = path.join(newPlace('new'), 'below')
    const directory = await directoriesIn(place).create('job')
    assert.match(path.basename(directory.path), /^state-job-[0-9a-f]{16}$/)
    assert.equal(statSync(directory.path).mode & 0o077, process.platform === 'win32' ? 0o066 : 0)
    writeFileSync(path.join(directory.path, 'file'), 'bytes')
    await directory.remove()
    await directory.remove()
    assert.deepEqual(readdirSync(place), [])
  })

  it('lies in one place after the other', async () => {
    const places = ['a', 'b', 'c'].map((name) => newPlace(`turn-${name}`))
    const directories = directoriesIn(...places)
    for (let count = 0; count < 6; count++) await directories.create('job')
    for (const place of places) assert.equal(readdirSync(place).filter((name) => !name.endsWith('.owner')).length, 2)
  })

  it('is made in each place that takes one', async () => {
    const [one, file, two] = ['each-one', 'each-file', 'each-two'].map((name) => newPlace(name))
    writeFileSync(file ?? '', '')
    const made = await directoriesIn(one ?? '', file ?? '', two ?? '').createInEach('job')
    assert.deepEqual(
      made.map((directory) => path.dirname(directory.path)),
      [one, two],
    )
    await assert.rejects(directoriesIn(file ?? '').createInEach('job'), (error) =>
      FlinkError.is(error, 'LOCAL_DIRECTORY_UNUSABLE'),
    )
  })

  it('lies on the disk of another directory where a place is there, else where there is room', async (context) => {
    if (!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(root).dev) {
      context.skip('there is no other disk')
      return
    }
    const elsewhere = mkdtempSync('/dev/shm/working-directories-')
    try {
      const directories = directoriesIn(elsewhere, newPlace('near'))
      const near = await directories.create('job')
      for (let count = 0; count < 3; count++) {
        assert.equal(path.dirname((await directories.create('job', root)).path), newPlace('near'))
        assert.equal(path.dirname((await directories.create('job', elsewhere)).path), elsewhere)
      }
      await near.remove()
      await directories.create('job', newPlace('nowhere'))
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
  })

  it('lies in the next place where one takes none, and where none does all of them are told', async () => {
    const file = newPlace('file')
    writeFileSync(file, '')
    const good = newPlace('good')
    const directories = directoriesIn(file, good)
    for (let count = 0; count < 3; count++) await directories.create('job')
    assert.equal(readdirSync(good).length, 6)
    await assert.rejects(directoriesIn(file, path.join(file, 'below')).create('job'), (error) => {
      assert.ok(FlinkError.is(error, 'LOCAL_DIRECTORY_UNUSABLE'))
      assert.ok(error.message.includes(`${file}: `) && error.message.includes('state.backend.rocksdb.localdir'))
      return true
    })
  })

  const mayDoAnything = process.getuid?.() === 0 || process.platform === 'win32'
  it('is not made where the place may not be written', { skip: mayDoAnything }, async () => {
    const place = newPlace('closed')
    mkdirSync(place)
    chmodSync(place, 0o500)
    await assert.rejects(directoriesIn(place).create('job'), /EACCES/)
  })

  it('of a process that has ended is removed by the next one that makes one there', async () => {
    const place = newPlace('left')
    await leaveIn(place, 'state-dead-1')
    await directoriesIn(place).create('job')
    assert.equal(existsSync(path.join(place, 'state-dead-1')), false)
    assert.equal(existsSync(path.join(place, 'state-dead-1.owner')), false)
  })

  it('of which only the owner was written yet is removed as well', async () => {
    const place = newPlace('begun')
    await leaveIn(place, 'state-dead-2')
    rmSync(path.join(place, 'state-dead-2'), { recursive: true })
    await directoriesIn(place).create('job')
    assert.equal(existsSync(path.join(place, 'state-dead-2.owner')), false)
  })

  it('of a living process stays, and so does what is of others or of nobody that can be known', async () => {
    const place = newPlace('living')
    const { path: living } = await directoriesIn(place).create('job')
    await leaveIn(place, 'elsewhere-1')
    mkdirSync(path.join(place, 'state-without-owner'))
    mkdirSync(path.join(place, 'state-half'))
    writeFileSync(path.join(place, 'state-half.owner'), '{"host":')
    await directoriesIn(place).create('job')
    for (const name of [path.basename(living), 'elsewhere-1', 'state-without-owner', 'state-half']) {
      assert.ok(existsSync(path.join(place, name)), name)
    }
  })
})
