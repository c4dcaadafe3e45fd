import assert from 'node:assert/strict'
import { it } from 'node:test'
import { checkOpenFiles, openFilesLimit } from '../../../src/cli/check-open-files.js'

it('a job that cannot run with so few open files is refused, one that may not is warned of, others are not', () => {
  assert.throws(() => checkOpenFiles(35, 2), {
    code: 'TOO_MANY_OPEN_FILES',
    message: /35 are allowed and a job needs 36 at the least\. Raise the limit of open files \(ulimit -n\)/,
  })
  assert.match(checkOpenFiles(40, 2) ?? '', /may open 40 files and may want 46\..*ulimit -n/)
  assert.equal(checkOpenFiles(46, 2), undefined)
  assert.match(checkOpenFiles(78, 5) ?? '', /may want 79/)
  assert.equal(checkOpenFiles(1024, 33), undefined)
  assert.equal(checkOpenFiles(undefined, 33), undefined)
})

it(
  'the limit of open files is known where there is /proc',
  { skip: process.platform !== 'linux' && 'Linux only' },
  () => {
    assert.ok((openFilesLimit() ?? 0) > 36)
  },
)
