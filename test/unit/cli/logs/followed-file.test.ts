import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { FollowedFile } from '../../../../src/cli/logs/followed-file.js'

describe('A file that is followed', () => {
  let directory = ''
  let count = 0

  before(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-followed-'))
  })

  after(() => {
    rmSync(directory, { recursive: true, force: true })
  })

  function fresh(text?: string): string {
    count += 1
    const file = path.join(directory, `${String(count)}.log`)
    if (text !== undefined) writeFileSync(file, text)
    return file
  }

  async function lines(followed: FollowedFile): Promise<string[]> {
    const taken: string[] = []
    await followed.read(
      (some) => taken.push(...some),
      () => true,
    )
    return taken
  }

  it('gives whole lines as they come, characters that come in two parts too', async () => {
    const file = fresh('one\ntw')
    const followed = new FollowedFile(file, Infinity)
    assert.deepEqual(await lines(followed), ['one'])
    const [first, ...rest] = Buffer.from('ä\nthree\n')
    appendFileSync(file, Buffer.from([first ?? 0]))
    assert.deepEqual(await lines(followed), [])
    appendFileSync(file, Buffer.from(rest))
    assert.deepEqual(await lines(followed), ['twä', 'three'])
    appendFileSync(file, 'last')
    assert.deepEqual(await lines(followed), [])
    const ended: string[] = []
    followed.end((some) => ended.push(...some))
    followed.end((some) => ended.push(...some))
    assert.deepEqual(ended, ['last'])
    await followed.close()
  })

  it('gives a line that is very long in pieces, each once', async () => {
    const long = 'x'.repeat(33 * 1024 * 1024)
    const followed = new FollowedFile(fresh(`${long}\nshort\n`), Infinity)
    const taken = await lines(followed)
    assert.equal(taken.length, 4)
    assert.ok(taken.slice(0, 3).join('') === long)
    assert.equal(taken.at(-1), 'short')
    await followed.close()
  })

  it('is not read on for somebody who wants no more', async () => {
    const followed = new FollowedFile(fresh('a line\n'.repeat(100_000)), Infinity)
    let taken = 0
    await followed.read(
      (some) => (taken += some.length),
      () => taken === 0,
    )
    assert.ok(taken > 0 && taken < 50_000, String(taken))
    await followed.close()
  })

  it('may come later, and is read whole then', async () => {
    const file = fresh()
    const followed = new FollowedFile(file, 1)
    assert.deepEqual([await lines(followed), followed.exists], [[], false])
    writeFileSync(file, 'a\nb\n')
    assert.deepEqual([await lines(followed), followed.exists], [['a', 'b'], true])
    await followed.close()
  })

  it('is read as far as it went when it was looked at, however fast it grows', async () => {
    const file = fresh('a\nb\nc\n')
    const followed = new FollowedFile(file, 2)
    const taken: string[] = []
    const grow = (some: readonly string[]): void => {
      taken.push(...some)
      if (taken.length < 10) appendFileSync(file, 'more\n'.repeat(some.length))
    }
    await followed.read(grow, () => true)
    assert.deepEqual(taken, ['b', 'c'])
    await followed.read(grow, () => true)
    assert.deepEqual(taken, ['b', 'c', 'more', 'more'])
    await followed.close()
  })

  it('is read from its beginning when it was emptied', async () => {
    const file = fresh('one\ntwo\n')
    const followed = new FollowedFile(file, 0)
    assert.deepEqual(await lines(followed), [])
    truncateSync(file)
    appendFileSync(file, 'new\n')
    assert.deepEqual(await lines(followed), ['new'])
    await followed.close()
  })

  it('is read to its end, and then the one that took its place', async () => {
    const file = fresh('one\n')
    const followed = new FollowedFile(file, Infinity)
    assert.deepEqual(await lines(followed), ['one'])
    renameSync(file, `${file}.1`)
    appendFileSync(`${file}.1`, 'two\nthree')
    assert.deepEqual(await lines(followed), ['two'])
    writeFileSync(file, 'four\n')
    assert.deepEqual(await lines(followed), ['three', 'four'])
    await followed.close()
  })

  it('begins with its last lines, however long these are, with and without a last line end', async () => {
    const long = Array.from({ length: 6 }, (_, index) => String(index).repeat(40_000))
    for (const end of ['\n', '']) {
      for (const number of [0, 1, 3, 6, 100]) {
        const followed = new FollowedFile(fresh(long.join('\n') + end), number)
        const taken = await lines(followed)
        followed.end((some) => taken.push(...some))
        await followed.close()
        assert.deepEqual(taken, number === 0 ? [] : long.slice(-number), `${String(number)} ${JSON.stringify(end)}`)
      }
    }
  })

  it('may be empty', async () => {
    const followed = new FollowedFile(fresh(''), 3)
    assert.deepEqual(await lines(followed), [])
    await followed.close()
  })
})
