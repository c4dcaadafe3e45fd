import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./threads-that-end.js', import.meta.url))

/** A compilation begins late, so that many a thread ends before one of its own; a small heap is to be marked at any time. */
const FLAGS = ['--concurrent-recompilation-delay=10', '--initial-old-space-size=8', '--trace-incremental-marking']

describe('Threads that compile and are about to be marked', () => {
  for (const how of ['are-ended', 'end-themselves']) {
    it(`${how.replace('-', ' ')} without ending the process, and markings begin again after it`, () => {
      const { stdout, stderr, status } = spawnSync(process.execPath, [...FLAGS, PROGRAM, how], { encoding: 'utf8' })
      assert.equal(stderr, '')
      assert.equal(status, 0)
      const [, after = ''] = stdout.split('24 ended')
      assert.match(after, /\[IncrementalMarking\] Start/)
    })
  }
})
