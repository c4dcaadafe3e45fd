import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { deserializeError, serializeError } from '../../../src/core/errors/error-codec.js'
import { ERROR_TABLE } from '../../../src/core/errors/error-table.js'
import { errorsWithoutWayOut, renderErrorPage, renderErrorRows } from '../../../src/core/errors/errors-documentation.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'

const repository = path.resolve(import.meta.dirname, '../../../..')
const DOCUMENT = path.join(repository, 'src/core/errors/README.md')

describe('the error table', () => {
  it('is documented row by row, and no code is documented that is gone', () => {
    const documented = [...readFileSync(DOCUMENT, 'utf8').matchAll(/^\| [A-Z_]+ \|.*$/gm)].map(([line]) => line)
    const rows = renderErrorRows().trimEnd().split('\n')
    assert.deepEqual(documented, rows, 'npm run pages writes the table')
  })

  it('has a page for people, with each code once', () => {
    const page = readFileSync(path.join(repository, 'jobs/errors.md'), 'utf8')
    assert.equal(page, renderErrorPage(), 'npm run pages writes it')
    const codes = [...page.matchAll(/^### ([A-Z_]+)$/gm)].map(([, code]) => code)
    assert.deepEqual(codes.toSorted(), Object.keys(ERROR_TABLE).toSorted())
  })

  it('tells a way out of each error, in its message or on the page', () => {
    assert.deepEqual(errorsWithoutWayOut(), [])
  })

  it('fills a message from its details', () => {
    const error = new FlinkError('SNAPSHOT_NOT_FOUND', { path: '/a', scheme: 'file' })
    assert.equal(error.message, "Cannot find checkpoint or savepoint file/directory '/a' on file system 'file'.")
  })

  it('leaves braces that are no placeholder alone', () => {
    assert.match(new FlinkError('JOB_ID_INVALID', { text: 'x', advice: '' }).message, /\[0-9a-fA-F\]\{32\}/)
  })
})

describe('the error codec', () => {
  it('carries code, details, stack and causes', () => {
    const cause = new TypeError('inner')
    const error = new FlinkError('JOB_NOT_FOUND', { jobId: 'ab' }, { cause })
    const copy = deserializeError(structuredClone(serializeError(error)))
    assert.ok(FlinkError.is(copy, 'JOB_NOT_FOUND'))
    assert.deepEqual(copy.details, { jobId: 'ab' })
    assert.equal(copy.stack, error.stack)
    assert.ok(copy.cause instanceof Error)
    assert.equal(copy.cause.name, 'TypeError')
    assert.equal(copy.cause.message, 'inner')
  })

  it('keeps the message when details were lost on the way, and the code of another version as a plain Error', () => {
    const original = new FlinkError('JOB_NOT_FOUND', { jobId: 'ab' })
    const { details, ...rest } = serializeError(original)
    assert.deepEqual(details, { jobId: 'ab' })
    assert.equal(deserializeError({ ...rest, details: undefined }).message, original.message)
    const unknown = deserializeError({ ...rest, details: undefined, code: 'OF_A_LATER_VERSION' })
    assert.equal(FlinkError.is(unknown), false)
    assert.equal(unknown.message, original.message)
  })

  it('ends on a cyclic chain of causes', () => {
    const error = new Error('a')
    error.cause = error
    assert.equal(deserializeError(serializeError(error)).message, 'a')
  })

  it('says what was thrown when it was no error', () => {
    assert.match(deserializeError(serializeError({ a: 1 })).message, /\{"a":1\}/)
  })
})
