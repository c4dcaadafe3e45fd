import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { RollingLogFile } from '../../../../src/core/logging/rolling-log-file.js'

let directory: string
let log: string

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'rolling-log-'))
  log = path.join(directory, 'x.log')
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

function open(maxSizeBytes = 1000): RollingLogFile {
  return new RollingLogFile({ path: log, maxSizeBytes, maxFiles: 2, tell: (text) => assert.fail(text) })
}

function contents(): Record<string, string> {
  const files = readdirSync(directory).toSorted()
  return Object.fromEntries(files.map((file) => [file, readFileSync(path.join(directory, file), 'utf8')]))
}

describe('The log of a session', () => {
  it('begins anew with each start, and keeps those of the starts before', () => {
    for (const line of ['one\n', 'two\n', 'three\n', 'four\n']) open().write(line)
    assert.deepEqual(contents(), { 'x.log': 'four\n', 'x.log.1': 'three\n', 'x.log.2': 'two\n' })
  })

  it('is continued in a new file where it has become long', () => {
    const file = open(10)
    for (const line of ['12345\n', '6789\n', 'abc\n']) file.write(line)
    assert.deepEqual(contents(), { 'x.log': '6789\nabc\n', 'x.log.1': '12345\n' })
  })

  it('takes a line that is longer than a file alone', () => {
    const file = open(4)
    file.write('longer than that\n')
    file.write('x\n')
    assert.deepEqual(contents(), { 'x.log': 'x\n', 'x.log.1': 'longer than that\n' })
  })

  it('moves the files that are there, also where one between them is missing', () => {
    writeFileSync(log, 'old\n')
    writeFileSync(`${log}.2`, 'oldest\n')
    open().write('new\n')
    assert.deepEqual(contents(), { 'x.log': 'new\n', 'x.log.1': 'old\n' })
  })
})
