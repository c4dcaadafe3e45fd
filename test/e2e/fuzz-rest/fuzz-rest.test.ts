import assert from 'node:assert/strict'
import { it } from 'node:test'
import { rounds } from '../../runner/rounds.js'
import { fuzzRest } from './fuzz-rounds.js'
import { fuzzSession } from './session-fuzz.js'

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

it(
  'a session answers or hangs up whatever it is asked and given, keeps to its folders, and its jobs count on',
  { skip: process.platform !== 'linux' },
  async (context) => {
    const counts = await fuzzSession(rounds(400), 1)
    context.diagnostic(JSON.stringify(counts))
    for (const status of ['200', '400', '401', '403', '404', '413', '431'])
      assert.ok((counts.answers[status] ?? 0) > 0, `nobody was answered with ${status}`)
    assert.ok(counts.programs > 0, 'no upload was taken')
  },
)
