import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isSpreadFrom, PathEntropy } from '../../../../src/core/fs/path-entropy.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'

const entropy = new PathEntropy('_entropy_', 4, new SeededRandom(1))

describe('The entropy of a path', () => {
  it('is in place of its key where a file is written, and left out elsewhere', () => {
    const path = 's3://bucket/_entropy_/checkpoints/chk-1/a'
    assert.equal(entropy.isIn(path), true)
    assert.equal(entropy.remove(path), 's3://bucket/checkpoints/chk-1/a')
    assert.match(entropy.inject(path), /^s3:\/\/bucket\/[0-9A-Za-z]{4}\/checkpoints\/chk-1\/a$/)
    assert.notEqual(entropy.inject(path), entropy.inject(path))
    assert.match(entropy.inject('s3://bucket/a_entropy_b/c'), /^s3:\/\/bucket\/a[0-9A-Za-z]{4}b\/c$/)
    assert.equal(entropy.remove('s3://bucket/a_entropy_b/c'), 's3://bucket/ab/c')
  })

  it('changes no path without its key, and no name of a bucket', () => {
    for (const path of ['s3://bucket/a', 's3://_entropy_/a', 's3://_entropy_', '/_entropy_/a']) {
      assert.equal(entropy.isIn(path), false, path)
      assert.equal(entropy.remove(path), path)
      assert.equal(entropy.inject(path), path)
    }
  })

  it('is known again in the directory of a file, wherever the key was', () => {
    const name = fc.stringMatching(/^[a-z0-9-]{1,6}$/)
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), fc.nat(), fc.boolean(), (names, at, isName) => {
        const parts = [...names]
        const place = at % names.length
        if (isName) parts.splice(place, 0, '_entropy_')
        else if (place < names.length - 1) parts[place] = `_entropy_${parts[place] ?? ''}`
        else return
        const marked = `s3://bucket/${parts.join('/')}`
        assert.equal(isSpreadFrom(entropy.remove(marked), entropy.inject(marked)), true, marked)
      }),
    )
  })

  it('is nothing that makes another directory of one', () => {
    const directory = 's3://bucket/cp/job/chk-1'
    for (const other of [
      directory,
      's3://bucket/cp/job/chk-11',
      's3://bucket/cp/job/chk-1/a',
      's3://bucket/cp/other/chk-1',
      's3://other/cp/job/chk-1',
      's3://bucketa/cp/job/chk-1',
      's3a://bucket/x/cp/job/chk-1',
      's3://bucket/a/b/cp/job/chk-1',
      's3://bucket/job/chk-1',
    ]) {
      assert.equal(isSpreadFrom(directory, other), false, other)
    }
  })
})
