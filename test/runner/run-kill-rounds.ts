/** Kills a job in many places and looks at its guarantees: `npm run kill-rounds -- 20`. */
import { killRounds } from '../e2e/kill-rounds.js'

const [kills = '10'] = process.argv.slice(2)
const results = await killRounds(Number(kills))
process.stdout.write(`${kills} kills: ${JSON.stringify(results)}\n`)
