import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LogFile } from '../../../../src/core/logging/log-file.js'

describe('a log file', () => {
  it('leaves out lines while its disk is full, says so once, and how many when there is room again', () => {
    let text = ''
    let isFull = false
    const told: string[] = []
    const write = (_fd: number, line: string): void => {
      if (isFull) throw new Error('ENOSPC')
      text += line
    }
    const file = new LogFile({ path: '/log', tell: (line) => told.push(line), disk: { open: () => 1, write } })
    file.write('one\n')
    isFull = true
    for (let line = 0; line < 3; line += 1) file.write('lost\n')
    isFull = false
    file.write('two\n')
    file.write('three\n')
    assert.equal(text, 'one\n\ntwo\nthree\n')
    assert.deepEqual(told, [
      'the log /log cannot be written: ENOSPC. Its lines are left out until it can be; the job goes on.',
      'the log /log is written again; 3 lines are missing in it.',
    ])
  })

  it('tries again to open where it could not', () => {
    const told: string[] = []
    let tries = 0
    const open = (): number => {
      tries += 1
      if (tries < 3) throw new Error('EMFILE')
      return 1
    }
    const lines: string[] = []
    const disk = { open, write: (_fd: number, line: string) => lines.push(line) }
    const file = new LogFile({ path: '/log', tell: (line) => told.push(line), disk })
    for (const line of ['a\n', 'b\n', 'c\n']) file.write(line)
    assert.deepEqual([lines, told.length], [['\nc\n'], 2])
  })
})
