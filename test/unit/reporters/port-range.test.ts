import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { portsOf } from '../../../src/reporters/port-range.js'

describe('A range of ports', () => {
  it('is a port, ports from one to another, or several of these', () => {
    assert.deepEqual(portsOf('9249'), [9249])
    assert.deepEqual(portsOf(' 0 '), [0])
    assert.deepEqual(portsOf('9249-9251, 80,65535'), [9249, 9250, 9251, 80, 65_535])
  })

  it('is nothing else', () => {
    for (const text of ['', 'http', '9249-', '9251-9249', '65536', '-1', '9249,', '92.49'])
      assert.equal(portsOf(text), undefined, text)
  })
})
