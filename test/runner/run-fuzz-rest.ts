/** `npm run fuzz-rest -- 20000 7`: so many requests over the socket of a job and over TCP each, drawn from seed 7, and counts of them. */
import { fuzzRest } from '../e2e/fuzz-rest/fuzz-rounds.js'

const DEFAULT_REQUESTS = 5000
const [requests = DEFAULT_REQUESTS, seed = 1] = process.argv.slice(2).map(Number)

const { answers, kinds, memoryMb, openFiles, ...totals } = await fuzzRest(requests, seed)
const tell = (what: string, counts: object): void => {
  process.stdout.write(`${what}: ${JSON.stringify(counts)}\n`)
}
tell('totals', totals)
tell('answers', answers)
tell('kinds', kinds)
tell('memory in MB, after the first and at the end', memoryMb)
tell('open files, after the first and at the end', openFiles)
