import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as kafka from '@platformatic/kafka'
import { kafkaFailure } from '../../../../src/connectors/kafka/client/kafka-failure.js'

const ASKED = { operation: 'the partitions of t', broker: 'one:1', timeout: '4 s' }
const HINT = /compare security\.protocol with the listener/

describe('What the library throws, as an error of the table', () => {
  it('hints at the protocol where somebody was there and hung up', () => {
    const tls = new Error('Client network socket disconnected before secure TLS connection was established')
    for (const error of [
      new kafka.NetworkError('Connection closed'),
      new kafka.NetworkError('Connection to one:1 failed.', { cause: tls }),
    ]) {
      const failure = kafkaFailure(error, ASKED)
      assert.equal(failure.code, 'KAFKA_UNREACHABLE')
      assert.match(failure.message, HINT)
    }
  })

  it('hints at no protocol where nobody was there', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED one:1'), { code: 'ECONNREFUSED' })
    const failure = kafkaFailure(new kafka.NetworkError('Connection to one:1 failed.', { cause }), ASKED)
    assert.equal(failure.code, 'KAFKA_UNREACHABLE')
    assert.doesNotMatch(failure.message, HINT)
  })
})
