import assert from 'node:assert/strict'
import { it } from 'node:test'
import { durationText } from '../../../../src/core/time/duration-text.js'

it('A duration is told in ms below a minute, and in the greatest unit from there on', () => {
  const cases = [0, 1, 59_999, 60_000, 90_000, 3_600_000, 86_400_000, 30 * 86_400_000, Number.MAX_SAFE_INTEGER]
  const texts = ['0 ms', '1 ms', '59999 ms', '1 min', '1.5 min', '1 h', '1 d', '30 d', '104249991.4 d']
  assert.deepEqual(cases.map(durationText), texts)
})
