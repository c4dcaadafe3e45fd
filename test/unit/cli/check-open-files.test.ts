import assert from 'node:assert/strict'
import { it } from 'node:test'
import { checkOpenFiles, openFilesLimit } from '../../../src/cli/job/check-open-files.js'

it('a job that cannot run with so few open files is refused, one that may not is warned of, others are not', () => {
  assert.throws(() => checkOpenFiles(35, 2, 'in its thread'), {
    code: 'TOO_MANY_OPEN_FILES',
    message: /35 are allowed and this job needs 36 at the least\. Raise the limit of open files \(ulimit -n\)/,
  })
  assert.match(checkOpenFiles(40, 2, 'in its thread') ?? '', /may open 40 files and may want 50\..*ulimit -n/)
  assert.equal(checkOpenFiles(50, 2, 'in its thread'), undefined)
  assert.match(checkOpenFiles(82, 5, 'in its thread') ?? '', /may want 83/)
  assert.equal(checkOpenFiles(1024, 33), undefined)
  assert.equal(checkOpenFiles(undefined, 33), undefined)
})

it('where a thread would wait for ever for its hooks, a job is refused that may want more files than there are', () => {
  assert.throws(() => checkOpenFiles(82, 5, 'in a thread beside'), {
    code: 'TOO_MANY_OPEN_FILES',
    message: /82 are allowed and this job needs 83 at the least/,
  })
  assert.equal(checkOpenFiles(83, 5, 'in a thread beside'), undefined)
})

it(
  'the limit of open files is known where there is /proc',
  { skip: process.platform !== 'linux' && 'Linux only' },
  () => {
    assert.ok((openFilesLimit() ?? 0) > 36)
  },
)
