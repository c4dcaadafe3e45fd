/**
 * A job that is killed again and again and goes on by itself from its newest checkpoint: a collection and a socket in, state, print and
 * a socket out. What may be missing and what may come twice is that of the guarantees: a collection and state exactly once, print and
 * the socket sink at least once, the socket source at most once.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ReceivingServer } from '../unit/api/receiving-server.js'
import { Workspace, type RunningCommand } from './command-line.js'
import { CHECKPOINT_INTERVAL_MS, elementsSeenOnce, KILLED_CONFIGURATION, seenElements } from './killed-elements.js'
import { TextServer } from './text-server.js'

/** More than come through between two kills. */
const RECORDS_A_RUN = 800
/** From a run's first checkpoint on: the kill comes anywhere in one of the next two. */
const LONGEST_WAIT_MS = 2 * CHECKPOINT_INTERVAL_MS

const JOB = `${seenElements(2)}
export default function (env, params) {
  const seen = seenElements(env, params)
  seen.print('element').uid('print')
  seen.writeToSocket('127.0.0.1', params.getInt('sink'), (text) => text + '\\n').uid('sink')
  env.socketTextStream('127.0.0.1', params.getInt('source')).uid('lines')
    .keyBy((line) => line).process(new Seen()).uid('seen-lines')
    .print('line').uid('print-lines')
}
`

export interface RoundResults {
  /** Of the socket source. */
  readonly sent: number
  readonly linesSeen: number
  /** How often print and the socket sink had a record more than once. */
  readonly printedAgain: number
  readonly sentAgain: number
}

/**
 * `kills` runs are killed with SIGKILL, each at a random moment; the last one goes on to the end. Throws where a guarantee is broken.
 * `backend`: more of the configuration.
 */
export async function killRounds(kills: number, backend: Readonly<Record<string, string>> = {}): Promise<RoundResults> {
  const workspace = new Workspace({ ...backend, ...KILLED_CONFIGURATION })
  const [source, receiver] = [new TextServer(), await new ReceivingServer().listen()]
  await source.listen()
  const job = workspace.file('job.mjs', JOB)
  const records = RECORDS_A_RUN * (kills + 1)
  const options = { source: source.port, sink: receiver.port, records }
  const args = [
    'run',
    '-p',
    '2',
    job,
    ...Object.entries(options).flatMap(([key, value]) => [`--${key}`, String(value)]),
  ]
  const outputs: string[] = []
  let sent = 0
  const sendWhile = async (run: RunningCommand, count: number): Promise<void> => {
    const first = sent
    for (; sent < first + count; sent += 1) {
      await source.send(`${String(sent)}\n`)
      if (run.stdout.includes('has finished')) return
      await delay(2)
    }
  }
  for (let kill = 0; kill < kills; kill += 1) {
    const run = workspace.start(...args)
    await run.until(/element/)
    await sendWhile(run, 50)
    while (!hasCheckpoint(workspace, await run.jobId())) await delay(5)
    await delay(Math.random() * LONGEST_WAIT_MS)
    run.kill('SIGKILL')
    const { stdout, stderr } = await run.ended
    outputs.push(stdout)
    if (kill === 0) assert.match(stdout + stderr, /"Source: Socket Stream" is at most once/)
  }
  const last = workspace.start(...args)
  await last.until(/line/).catch(() => undefined)
  await sendWhile(last, 20)
  await source.close()
  const { exitCode, stdout, stderr } = await last.ended
  assert.equal(exitCode, 0, stderr)
  outputs.push(stdout)
  await receiver.die()
  workspace.remove()
  assert.equal(/> 0:1$/m.test(stdout), false, 'it went on from a checkpoint')
  return resultsOf({ outputs, received: receiver.texts, sent, records })
}

function hasCheckpoint({ path: directory }: Workspace, jobId: string): boolean {
  const ofJob = path.join(directory, 'checkpoints', jobId)
  return (
    existsSync(ofJob) &&
    readdirSync(ofJob, { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith('_metadata'))
  )
}

interface Outputs {
  readonly outputs: readonly string[]
  readonly received: readonly string[]
  readonly sent: number
  readonly records: number
}

function resultsOf({ outputs, received, sent, records }: Outputs): RoundResults {
  const printed = outputs.flatMap((text) => wholeLines(text))
  const elements = printed.flatMap((line) => /^element:\d> (\d+:\d+)$/.exec(line)?.slice(1) ?? [])
  const lines = printed.flatMap((line) => /^line:\d> (\d+:\d+)$/.exec(line)?.slice(1) ?? [])
  const sink = received.flatMap((text) => wholeLines(text))
  assertSeenOnce(elements, records, 'print')
  assertSeenOnce(sink, records, 'the socket sink')
  for (const line of lines) assert.ok(line.endsWith(':1'), `state has a line of the socket twice: ${line}`)
  const linesSeen = new Set(lines).size
  assert.ok(linesSeen > 0 && linesSeen <= sent, `${String(linesSeen)} of ${String(sent)} lines`)
  return {
    sent,
    linesSeen,
    printedAgain: elements.length - new Set(elements).size,
    sentAgain: sink.length - new Set(sink).size,
  }
}

/** Every element came out, and state never had one twice: where a record comes again, state does not know of the first time. */
function assertSeenOnce(texts: readonly string[], records: number, where: string): void {
  const different = new Set(texts)
  const missing = elementsSeenOnce(records).filter((text) => !different.has(text))
  assert.deepEqual(missing, [], `${where} lacks records`)
  assert.equal(different.size, records, `${where} has what no state that is exactly once gives`)
}

/** What was cut off by the kill is none. */
function wholeLines(text: string): string[] {
  return text.split('\n').slice(0, -1)
}
