import assert from 'node:assert/strict'
import { it } from 'node:test'
import { rounds } from '../../runner/rounds.js'
import { fuzzRest } from './fuzz-rounds.js'

it(
  'a job answers or hangs up whatever it is asked, over its socket and over TCP, and counts on',
  { skip: process.platform !== 'linux' },
  async (context) => {
    const counts = await fuzzRest(rounds(300), 1)
    context.diagnostic(JSON.stringify(counts))
    for (const status of ['200', '202', '400', '401', '403', '404', '413', '431'])
      assert.ok((counts.answers[status] ?? 0) > 0, `nobody was answered with ${status}`)
  },
)
