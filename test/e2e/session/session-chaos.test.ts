import assert from 'node:assert/strict'
import { it } from 'node:test'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { rounds } from '../../runner/rounds.js'
import { SessionChaos } from './session-chaos.js'

it(
  'a session and its jobs that are killed lose no job, run none twice, and leave nothing',
  { skip: process.platform !== 'linux' },
  async (context) => {
    const chaos = await SessionChaos.create(new SeededRandom(21))
    context.after(() => {
      chaos.remove()
    })
    const results = await chaos.play(rounds(2), () => undefined)
    context.diagnostic(JSON.stringify(results))
    assert.deepEqual(results.wrong, [])
    assert.ok(results.kills.sessions > 0 && results.kills.jobs > 0 && results.lines > 0)
  },
)
