/**
 * `npm run fuzz-rest -- 20000 7`: so many requests over the socket of a job and over TCP each, drawn from seed 7, and counts of them.
 * `npm run fuzz-rest -- session 10000 7`: so many to a session.
 */
import { fuzzRest } from '../e2e/fuzz-rest/fuzz-rounds.js'
import { fuzzSession } from '../e2e/fuzz-rest/session-fuzz.js'

const DEFAULT_REQUESTS = 5000
const words = process.argv.slice(2)
const isOfSession = words[0] === 'session'
const [requests = DEFAULT_REQUESTS, seed = 1] = words.slice(isOfSession ? 1 : 0).map(Number)

const { answers, kinds, memoryMb, openFiles, ...totals } = await (isOfSession ? fuzzSession : fuzzRest)(requests, seed)
const tell = (what: string, counts: object): void => {
  process.stdout.write(`${what}: ${JSON.stringify(counts)}\n`)
}
tell('totals', totals)
tell('answers', answers)
tell('kinds', kinds)
tell('memory in MB, after the first and at the end', memoryMb)
tell('open files, after the first and at the end', openFiles)
