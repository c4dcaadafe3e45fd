import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { serializedAccumulator } from '../../../../src/rest/java/serialized-accumulator.js'
import { IS_JDK_THERE, readByJava } from './java-program.js'

describe('The result of an accumulator', () => {
  it('is read by Java as the number or the text that it is, or as the failure', (t) => {
    if (!IS_JDK_THERE) {
      t.skip('no JDK (javac) is here')
      return
    }
    const values = [0, -1, 2 ** 53 - 1, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 63n, 1.5, 2 ** 53, -0, NaN, '', "[ 'a' ]"]
    const cause = { className: 'E', message: 'why', stackTrace: 'E: why', cause: undefined }
    const failure = { className: 'RangeError', message: 'no more', stackTrace: 'RangeError: no more', cause }
    const outcomes = [...values.map((value) => ({ value })), { failure }]
    assert.deepEqual(readByJava('ReadAccumulators', outcomes.map(serializedAccumulator)), [
      'Long 0',
      'Long -1',
      'Long 9007199254740991',
      'Long -9223372036854775808',
      'Long 9223372036854775807',
      'String 9223372036854775808',
      'Double 1.5',
      'Double 9.007199254740992E15',
      'Long 0',
      'Double NaN',
      'String ',
      "String [ 'a' ]",
      'RangeError: no more, because of E: why',
    ])
  })
})
