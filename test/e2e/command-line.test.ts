import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { it } from 'node:test'
import { userEnvironment } from './command-line.js'

it('what a test spawns is free of the coverage that the test is under', () => {
  const before = process.env['NODE_V8_COVERAGE']
  // Node hands on what stands here, by whatever way it got here.
  process.env['NODE_V8_COVERAGE'] ??= tmpdir()
  try {
    const { stdout } = spawnSync(process.execPath, ['-p', 'process.env.NODE_V8_COVERAGE'], {
      env: userEnvironment(),
      encoding: 'utf8',
    })
    assert.equal(stdout, 'undefined\n')
  } finally {
    if (before === undefined) delete process.env['NODE_V8_COVERAGE']
  }
})
