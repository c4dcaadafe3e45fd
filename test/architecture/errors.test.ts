import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERROR_TABLE } from '../../src/core/errors/error-table.js'
import { sourceFiles, textOf } from './repository.js'

/** Asking whether an error has a code makes no error of it. */
const QUESTION = /FlinkError\.is\([^)]*\)/g
const TABLE = /^src\/core\/errors\/[a-z]+-errors\.ts$/

test('every code of the error table is given to an error somewhere in src', () => {
  const files = sourceFiles().filter((file) => !TABLE.test(file))
  const code = files.map((file) => textOf(file).replaceAll(QUESTION, '')).join('\n')
  const lines = code.split('\n').filter((line) => !/^\s*(\*|\/\*|\/\/)/.test(line))
  const text = lines.join('\n')
  assert.deepEqual(
    Object.keys(ERROR_TABLE).filter((errorCode) => !text.includes(`'${errorCode}'`)),
    [],
  )
})
