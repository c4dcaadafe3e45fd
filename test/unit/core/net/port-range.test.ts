import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { portsOf } from '../../../../src/core/net/port-range.js'

describe('A range of ports', () => {
  it('is one port, several, or both, in the order in which they stand there', () => {
    assert.deepEqual(portsOf('8081'), [8081])
    assert.deepEqual(portsOf('0'), [0])
    assert.deepEqual(portsOf('8081-8083'), [8081, 8082, 8083])
    assert.deepEqual(portsOf('50101 - 50102, 50300,7'), [50101, 50102, 50300, 7])
    assert.equal(portsOf('65535-65535')[0], 65_535)
  })

  for (const text of ['', '-1', '65536', '8082-8081', '80a', '8081,', '1-2-3', '0x10', '1e3', '1-2000'])
    it(`is not '${text}'`, () => {
      assert.throws(() => portsOf(text), { name: 'ReasonError' })
    })
})
