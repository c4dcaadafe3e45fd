import { it } from 'node:test'
import { killRounds } from './kill-rounds.js'

it('over kill -9 a collection is exactly once, print and the socket sink at least once, the socket source at most once and says so', async () => {
  await killRounds(2)
})
