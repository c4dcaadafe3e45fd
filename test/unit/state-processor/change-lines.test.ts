import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { linesIn, parseChangeLine } from '../../../src/state-processor/change-lines.js'
import { importEntries } from '../../../src/state-processor/import-entries.js'
import { FIXTURES, namesIn, servicesIn, temporaryDirectory } from './snapshot-fixtures.js'

function lineWith(key: string): string {
  return `{"operator":"counts","state":"count","key":${key},"value":1}`
}

async function* always(bytes: Uint8Array, onPiece: () => void = () => undefined): AsyncGenerator<Uint8Array> {
  for (;;) {
    onPiece()
    yield await Promise.resolve(bytes)
  }
}

describe('Lines to import', () => {
  it('have no whole number that would become another one', () => {
    for (const key of ['9007199254740993', '-9007199254740993', '[1,12345678901234567890123]']) {
      assert.throws(
        () => parseChangeLine(lineWith(key)),
        (error) => FlinkError.is(error, 'JSON_FORM_INVALID') && error.message.includes('would become'),
      )
    }
    for (const key of [
      '9007199254740992',
      '"9007199254740993"',
      '{"$bigint":"9007199254740993"}',
      '1.0000000000000001',
    ])
      parseChangeLine(lineWith(key))
  })

  it('are given out however they are cut, and not without an end', async () => {
    async function* cut(): AsyncGenerator<Uint8Array> {
      for (const byte of Buffer.from('one\n\ntwo\nthree')) yield await Promise.resolve(Uint8Array.of(byte))
    }
    const lines: (readonly [number, string])[] = []
    for await (const line of linesIn(cut())) lines.push(line)
    assert.deepEqual(lines, [
      [1, 'one'],
      [3, 'two'],
      [4, 'three'],
    ])
    async function* long(): AsyncGenerator<Uint8Array> {
      const piece = Buffer.alloc(1024 ** 2, 'x').fill('\n', 1024, 1025)
      for (let pieces = 0; pieces < 70; pieces += 1) yield await Promise.resolve(piece)
    }
    let count = 0
    for await (const [, text] of linesIn(long())) count += text.length > 0 ? 1 : 0
    assert.equal(count, 71, 'many lines may be more than one may')
    const endless = linesIn(always(new Uint8Array(4 * 1024 ** 2)))
    await assert.rejects(endless.next(), (error) => {
      return FlinkError.is(error, 'STATE_LINE_INVALID') && error.message.includes('longer than 67108864 bytes')
    })
  })

  it('may be interrupted as long as they come', async (t) => {
    const directory = await temporaryDirectory(t)
    const interruption = new AbortController()
    let pieces = 0
    const lines = always(Buffer.from('\n'), () => {
      pieces += 1
      if (pieces === 100) interruption.abort()
    })
    const request = {
      from: path.join(FIXTURES, 'v6/savepoint'),
      lines,
      linesName: 'lines',
      to: path.join(directory, 'new'),
      engineVersion: '9',
    }
    const services = { ...servicesIn(directory), interruption: interruption.signal }
    await assert.rejects(importEntries(request, services), (error) => FlinkError.is(error, 'COMMAND_INTERRUPTED'))
    assert.equal(pieces, 100)
    assert.deepEqual(namesIn(directory), [])
  })
})
